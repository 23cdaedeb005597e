#include "core/model/extractor.h"
#include "core/model/seeded_model.h"
#include "tests/support/golden.h"

#include <QJsonArray>
#include <QTest>

#include <algorithm>
#include <cmath>
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

    void everyArchitectureCanBeDrawn_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const char* name :
             {"recurrent aggregator", "gumbel quantizer", "gumbel quantizer of several layers",
              "k-means quantizer", "the aggregator projects the targets",
              "another aggregator projects the targets"})
            QTest::newRow(name) << QString(name);
    }
    void everyArchitectureCanBeDrawn()
    {
        QFETCH(QString, architecture);
        auto config = ModelConfig::tiny();
        config.vqVars = 40;
        if (architecture.startsWith("recurrent")) {
            config.aggregator = Aggregator::Gru;
            config.gruDim = 20;
        } else if (architecture.startsWith("gumbel")) {
            config.vqType = VqType::Gumbel;
            config.vqDepth = architecture.endsWith("layers") ? 3 : 1;
        } else if (architecture.startsWith("k-means")) {
            config.vqType = VqType::KMeans;
        } else {
            config.projectFeatures =
                architecture.startsWith("another") ? ProjectFeatures::New : ProjectFeatures::Same;
        }
        const auto model = seededModel(config, 3);
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message.c_str());
        const auto expected = expectedTensors(config);
        QCOMPARE(model->tensors.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(model->tensors[i].name, expected[i].first);
            QCOMPARE(model->tensors[i].shape, expected[i].second);
        }
        // The encoder is drawn first, whatever follows it.
        QVERIFY(*model->tensors.front().bytes
                == *seededModel(ModelConfig::tiny(), 3)->tensors.front().bytes);
        const auto valuesOf = [&](const char* name) {
            const auto values = *model->find(name)->toFloat();
            return std::pair(*std::ranges::min_element(values), *std::ranges::max_element(values));
        };
        if (config.aggregator == Aggregator::Gru) {
            const auto [least, most] = valuesOf("feature_aggregator.1.weight_hh_l0");
            const float bound = 1 / std::sqrt(20.0F);
            QVERIFY(least >= -bound && least < -0.9F * bound);
            QVERIFY(most <= bound && most > 0.9F * bound);
        }
        if (config.vqType == VqType::Gumbel) {
            const auto [least, most] = valuesOf("vector_quantizer.vars");
            QVERIFY(least >= 0 && least < 0.05F && most > 0.95F && most <= 1);
        }
        if (architecture == "gumbel quantizer") {
            const auto [least, most] = valuesOf("vector_quantizer.weight_proj.weight");
            QVERIFY(least < -2.5F && most > 2.5F); // normally distributed
            QCOMPARE(valuesOf("vector_quantizer.weight_proj.bias"), std::pair(0.0F, 0.0F));
        }
        if (config.vqType == VqType::KMeans) {
            const auto [least, most] = valuesOf("vector_quantizer.embedding");
            QVERIFY(least < -0.02F && least > -0.06F && most > 0.02F && most < 0.06F);
        }
        if (config.projectFeatures != ProjectFeatures::None) {
            const auto* one = model->find("feature_aggregator.conv_layers.0.1.weight");
            const auto* other = model->find("project_features.conv_layers.0.1.weight");
            QCOMPARE(one->bytes == other->bytes, config.projectFeatures == ProjectFeatures::Same);
            QCOMPARE(*one->bytes == *other->bytes, config.projectFeatures == ProjectFeatures::Same);
        }
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
