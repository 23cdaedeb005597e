#include "core/train/lr_schedule.h"

#include <QTest>

#include <cmath>

using namespace phono;

class LrScheduleTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// The reference's own numbers for the recipe in fairseq's README (SPEC 5).
    void followsTheReferencesCosine_data()
    {
        QTest::addColumn<qlonglong>("updates");
        QTest::addColumn<double>("lr");
        QTest::newRow("starts at the warm-up's floor") << 0LL << 1e-7;
        QTest::newRow("rises in a straight line") << 1LL << 1.00998e-5;
        QTest::newRow("is half way up after half the warm-up") << 250LL << 0.00250005;
        QTest::newRow("is one step below the top") << 499LL << 0.0049900002;
        QTest::newRow("reaches the top after the warm-up") << 500LL << 0.005;
        QTest::newRow("falls slowly at first") << 1000LL << 0.004999980679;
        QTest::newRow("falls on") << 100000LL << 0.004273117684;
        QTest::newRow("is half way down in the middle") << 200250LL << 0.0025005;
        QTest::newRow("ends near the minimum") << 399999LL << 1.00000008e-6;
        QTest::newRow("restarts lower after the period") << 400000LL << 0.0005;
    }
    void followsTheReferencesCosine()
    {
        QFETCH(qlonglong, updates);
        QFETCH(double, lr);
        const double got = learningRate(TrainingConfig(), updates);
        QVERIFY2(std::abs(got / lr - 1) < 1e-8, qPrintable(QString::number(got, 'g', 12)));
    }

    /// With t_mult 2 and period P, periods are P, 2 P, 4 P, … long.
    void periodsGrow()
    {
        TrainingConfig config;
        config.lrScheduler.warmupUpdates = 0;
        config.lrScheduler.lrPeriodUpdates = 100;
        config.lrScheduler.tMult = 2;
        config.lrScheduler.minLr = 0;
        config.lrScheduler.lrShrink = 0.5;
        config.optimization.lr = 1;
        QVERIFY(std::abs(learningRate(config, 50) - 0.5) < 1e-12);
        QVERIFY(std::abs(learningRate(config, 100) - 0.5) < 1e-9);
        QVERIFY(std::abs(learningRate(config, 200) - 0.25) < 1e-9);
        QVERIFY(std::abs(learningRate(config, 300) - 0.25) < 1e-9);
    }

    void fixedStaysAfterItsWarmUp()
    {
        TrainingConfig config;
        config.lrScheduler.name = "fixed";
        config.lrScheduler.warmupUpdates = 4;
        config.optimization.lr = 0.01;
        QCOMPARE(learningRate(config, 0), 0.0025);
        QCOMPARE(learningRate(config, 3), 0.01);
        QCOMPARE(learningRate(config, 100000), 0.01);
    }
};

QTEST_APPLESS_MAIN(LrScheduleTest)
#include "tst_lr_schedule.moc"
