#include "core/train/loss_scaler.h"

#include <QTest>

#include <cmath>

using namespace phono;

/// The loss scale of fp16 training, as fairseq moves it.
class LossScalerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void doublesAfterEveryWindowOfGoodUpdates()
    {
        LossScaler scaler({}, 3, 1e-4);
        QCOMPARE(scaler.scale(), 128.0);
        for (const double expected : {128.0, 128.0, 256.0, 256.0, 256.0, 512.0}) {
            const auto good = scaler.update(1.5);
            QVERIFY(good.ok() && *good);
            QCOMPARE(scaler.scale(), expected);
        }
    }

    void halvesAndSkips_data()
    {
        QTest::addColumn<double>("norm");
        QTest::newRow("when the gradients are infinite") << double(INFINITY);
        QTest::newRow("when they are no numbers") << double(NAN);
    }
    void halvesAndSkips()
    {
        QFETCH(double, norm);
        LossScaler scaler({}, 3, 1e-4);
        QVERIFY(*scaler.update(1));
        QVERIFY(*scaler.update(1));
        const auto bad = scaler.update(norm);
        QVERIFY(bad.ok() && !*bad);
        QCOMPARE(scaler.scale(), 64.0);
        // The window begins anew.
        QVERIFY(*scaler.update(1));
        QVERIFY(*scaler.update(1));
        QCOMPARE(scaler.scale(), 64.0);
        QVERIFY(*scaler.update(1));
        QCOMPARE(scaler.scale(), 128.0);
    }

    void failsBeforeItReachesTheSmallestScale()
    {
        LossScaler scaler({4, 0}, 3, 1);
        QVERIFY(!*scaler.update(INFINITY));
        QCOMPARE(scaler.scale(), 2.0);
        const auto last = scaler.update(INFINITY); // would give 1
        QVERIFY(!last.ok());
        QVERIFY(last.error().message.find("common.min_loss_scale") != std::string::npos);
        QCOMPARE(scaler.scale(), 2.0);
    }

    void goesOnFromAState()
    {
        LossScaler one({}, 4, 1e-4);
        for (const double norm : {1.0, double(INFINITY), 1.0, 1.0})
            QVERIFY(one.update(norm).ok());
        LossScaler two(one.state(), 4, 1e-4);
        for (int i = 0; i < 9; ++i) {
            QVERIFY(one.update(1).ok() && two.update(1).ok());
            QVERIFY(one.state() == two.state());
        }
        QCOMPARE(one.scale(), 256.0);
    }

    void theWindowShrinksWithTheWorkPerUpdate()
    {
        QCOMPARE(LossScaler::defaultWindow(1, 1), std::int64_t(16384));
        QCOMPARE(LossScaler::defaultWindow(16, 4), std::int64_t(256));
        QCOMPARE(LossScaler::defaultWindow(1024, 64), std::int64_t(1));
    }
};

QTEST_APPLESS_MAIN(LossScalerTest)
#include "tst_loss_scaler.moc"
