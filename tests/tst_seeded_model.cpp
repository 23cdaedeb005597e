#include "core/model/extractor.h"
#include "core/model/seeded_model.h"
#include "tests/support/golden.h"

#include <QJsonArray>
#include <QTest>

#include <numeric>

using namespace phono;
using namespace phono::golden;

/// Seeded initialisation against the reference's, at full size (golden case 12).
class SeededModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        auto model = seededModel(ModelConfig::large(), 1234);
        QVERIFY(model.ok());
        m_model = std::move(*model);
    }

    void weightsAreTheReferences()
    {
        // Each entry: name, shape, first value, last value, sum.
        const auto params = readJson("12_fullsize_seeded/meta.json")["params"].toArray();
        QCOMPARE(static_cast<int>(m_model.tensors.size()), params.size());
        for (int i = 0; i < params.size(); ++i) {
            const auto entry = params[i].toArray();
            const auto& tensor = m_model.tensors[static_cast<std::size_t>(i)];
            QCOMPARE(QString::fromStdString(tensor.name), entry[0].toString());
            const auto values = tensor.toFloat();
            QVERIFY(values.ok());
            QCOMPARE(values->front(), static_cast<float>(entry[2].toDouble()));
            QCOMPARE(values->back(), static_cast<float>(entry[3].toDouble()));
            const double sum = std::accumulate(values->begin(), values->end(), 0.0);
            QVERIFY(std::abs(sum - entry[4].toDouble()) <= 1e-3 + 1e-5 * std::abs(sum));
        }
    }

    void featuresAreTheReferences_data()
    {
        QTest::addColumn<QString>("kernel");
        QTest::newRow("portable kernels") << "portable";
        QTest::newRow("fastest kernels") << "";
    }
    void featuresAreTheReferences()
    {
        QFETCH(QString, kernel);
        ExtractorOptions options;
        options.device = "cpu";
        options.kernel = kernel.toStdString();
        auto extractor = Extractor::create(m_model, options);
        QVERIFY(extractor.ok());
        KeepingSink z;
        KeepingSink c;
        const FeatureRequest requests[] = {{"z", &z}, {"c", &c}};
        QVERIFY(extractor->extract(readWave("12_fullsize_seeded/input.npy"), requests));
        QVERIFY(largestDifference(z, readNpy("12_fullsize_seeded/z.npy")) <= 2e-5);
        QVERIFY(largestDifference(c, readNpy("12_fullsize_seeded/c.npy")) <= 2e-5);
    }

    void anotherSeedGivesOtherWeights()
    {
        const auto one = seededModel(ModelConfig::tiny(), 1);
        const auto again = seededModel(ModelConfig::tiny(), 1);
        const auto other = seededModel(ModelConfig::tiny(), 2);
        QVERIFY(one.ok() && again.ok() && other.ok());
        QVERIFY(*one->tensors.front().bytes == *again->tensors.front().bytes);
        QVERIFY(*one->tensors.front().bytes != *other->tensors.front().bytes);
    }

private:
    Checkpoint m_model;
};

QTEST_APPLESS_MAIN(SeededModelTest)
#include "tst_seeded_model.moc"
