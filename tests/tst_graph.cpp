#include "core/model/graph_features.h"
#include "core/model/group_norm.h"
#include "tests/support/golden.h"

#include <QTest>

#include <ATen/ATen.h>

using namespace phono;
using namespace phono::golden;

/// The plain graph, which computes on other devices than the processor; here it runs on it.
class GraphTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void featuresAreTheReferences_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QStringList>("features");
        QTest::newRow("base") << "01_base" << QStringList{"z", "c"};
        QTest::newRow("large") << "02_large" << QStringList{"z", "c"};
        QTest::newRow("recurrent aggregator") << "03_gru" << QStringList{"z", "c"};
        QTest::newRow("all options") << "04a_options_projsame" << QStringList{"z", "c"};
        QTest::newRow("gumbel quantizer") << "05a_vq_gumbel" << QStringList{"z", "zq", "c"};
        QTest::newRow("k-means quantizer") << "05b_vq_kmeans" << QStringList{"z", "zq", "c"};
    }
    void featuresAreTheReferences()
    {
        QFETCH(QString, folder);
        QFETCH(QStringList, features);
        const auto from = folder.toStdString();
        const auto model = readCheckpoint(path(from + "/ckpt_zip_cfg.pt"));
        QVERIFY(model.ok());
        const Graph graph(*model, at::kCPU);
        for (const auto& name : features) {
            const int channels = name == "c" ? model->config.contextDim()
                : name == "zq"               ? model->config.quantizedDim()
                                             : model->config.encoderDim();
            const std::vector<FeatureInfo> offered = {
                {name.toStdString(), channels, false, 160, 465}};
            KeepingSink sink;
            const FeatureRequest request{name.toStdString(), &sink};
            QVERIFY(computeOnDevice(graph, at::kCPU, readWave(from + "/input.npy"), {&request, 1},
                                    offered, {}));
            const double difference =
                largestDifference(sink, readNpy(from + "/" + name.toStdString() + ".npy"));
            QVERIFY2(difference <= 2e-5, qPrintable(QString("%1: %2").arg(name).arg(difference)));
        }
    }

    void codesAreTheReferences_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::newRow("gumbel") << "05a_vq_gumbel";
        QTest::newRow("k-means") << "05b_vq_kmeans";
    }
    void codesAreTheReferences()
    {
        QFETCH(QString, folder);
        const auto from = folder.toStdString();
        const auto model = readCheckpoint(path(from + "/ckpt_zip_cfg.pt"));
        QVERIFY(model.ok());
        const auto wave = readWave(from + "/input.npy");
        const auto audio =
            at::from_blob(const_cast<float*>(wave.samples().data()), {1, wave.size()}, at::kFloat);
        const auto codes = Graph(*model, at::kCPU).forward(audio).codes.contiguous();
        const auto* values = codes.data_ptr<std::int64_t>();
        QCOMPARE(std::vector<double>(values, values + codes.numel()),
                 readNpy(from + "/codes.npy").values);
    }

    void groupNormInTwoStages_data()
    {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("groups");
        QTest::addColumn<double>("mean");
        QTest::newRow("one group") << 64 << 501 << 1 << 0.0;
        QTest::newRow("fewer values than parts") << 4 << 7 << 1 << 0.0;
        QTest::newRow("two groups") << 24 << 48 << 2 << 0.0;
        QTest::newRow("a mean far from zero") << 64 << 501 << 1 << 30.0;
    }
    void groupNormInTwoStages()
    {
        QFETCH(int, channels);
        QFETCH(int, frames);
        QFETCH(int, groups);
        QFETCH(double, mean);
        at::manual_seed(4);
        const auto x = at::randn({3, channels, frames}) + mean;
        const auto weight = at::randn({channels});
        const auto bias = at::randn({channels});
        const auto expected = at::group_norm(x.to(at::kDouble), groups, weight.to(at::kDouble),
                                             bias.to(at::kDouble), kNormEpsilon);
        const auto result = groupNorm(x, groups, weight, bias).to(at::kDouble);
        QVERIFY((result - expected).abs().max().item<double>() < 1e-5);
        const auto plain = groupNorm(x, groups, {}, {}).to(at::kDouble);
        const auto plainExpected = at::group_norm(x.to(at::kDouble), groups, {}, {}, kNormEpsilon);
        QVERIFY((plain - plainExpected).abs().max().item<double>() < 1e-5);
    }
};

QTEST_APPLESS_MAIN(GraphTest)
#include "tst_graph.moc"
