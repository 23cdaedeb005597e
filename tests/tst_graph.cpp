#include "core/model/graph_features.h"
#include "core/model/group_norm.h"
#include "tests/support/golden.h"

#include <QTest>

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

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

    void gradientsOfTheNorm_data()
    {
        QTest::addColumn<int>("groups");
        QTest::addColumn<bool>("relu");
        QTest::addColumn<double>("mean");
        QTest::newRow("one group") << 1 << false << 0.0;
        QTest::newRow("one group, negative values cut") << 1 << true << 0.0;
        QTest::newRow("three groups, negative values cut") << 3 << true << 0.0;
        QTest::newRow("a mean far from zero") << 1 << true << 30.0;
    }
    void gradientsOfTheNorm()
    {
        QFETCH(int, groups);
        QFETCH(bool, relu);
        QFETCH(double, mean);
        at::manual_seed(5);
        const auto values = at::randn({2, 24, 501}) + mean;
        const auto scale = at::randn({24});
        const auto shift = at::randn({24});
        const auto weights = at::randn({2, 24, 501}); // of the outputs in what is differentiated
        const auto leaves = [&](at::ScalarType type) {
            std::vector<at::Tensor> result;
            for (const auto& tensor : {values, scale, shift})
                result.push_back(tensor.to(type, false, true).set_requires_grad(true));
            return result;
        };
        const auto ours = leaves(at::kFloat);
        (groupNorm(ours[0], groups, ours[1], ours[2], relu) * weights).sum().backward();
        const auto exact = leaves(at::kDouble);
        const auto plain = at::group_norm(exact[0], groups, exact[1], exact[2], kNormEpsilon);
        ((relu ? at::relu(plain) : plain) * weights).sum().backward();
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto difference = (ours[i].grad() - exact[i].grad()).abs().max().item<double>();
            const auto largest = exact[i].grad().abs().max().item<double>();
            QVERIFY2(difference < 1e-5 * largest,
                     qPrintable(QString("argument %1: %2").arg(i).arg(difference / largest)));
        }
    }

    void normOfShorterNumbers()
    {
        at::manual_seed(6);
        const auto x = at::randn({2, 8, 100}).to(at::kBFloat16).set_requires_grad(true);
        const auto weight = at::randn({8});
        const auto bias = at::randn({8});
        const auto result = groupNorm(x, 1, weight, bias, true, at::kBFloat16);
        QVERIFY(result.scalar_type() == at::kBFloat16);
        const auto exact = groupNorm(x.detach().to(at::kFloat), 1, weight, bias, true);
        QVERIFY(at::equal(result.detach(), exact.to(at::kBFloat16)));
        result.sum().backward();
        QVERIFY(x.grad().scalar_type() == at::kBFloat16);
    }

    void gumbelPassesTheSoftChoicesGradient()
    {
        // What goes on is the hard choice, but its gradient is that of the soft one (SPEC 1.5).
        const auto model = readCheckpoint(path("05a_vq_gumbel/ckpt_zip_cfg.pt"));
        QVERIFY(model.ok());
        const auto& config = model->config;
        const int groups = config.vqGroups;
        const int vars = config.vqVars;
        Graph::Weights weights;
        for (const auto& tensor : model->tensors) {
            auto numbers = *tensor.toFloat();
            weights.emplace(tensor.name,
                            at::from_blob(numbers.data(), tensor.shape, at::kFloat).clone());
        }
        at::Tensor z;
        at::Tensor zq;
        const Graph::Training training = {
            100000, [&](const std::string& module, const at::Tensor& output) {
                if (module == "vector_quantizer")
                    zq = output;
                if (module
                    != "feature_extractor.conv_layers."
                        + std::to_string(config.convFeatureLayers.size() - 1))
                    return output;
                z = output.detach().set_requires_grad(true);
                return z;
            }};
        const auto wave = readWave("05a_vq_gumbel/input.npy");
        const auto audio =
            at::from_blob(const_cast<float*>(wave.samples().data()), {1, wave.size()}, at::kFloat);
        at::manual_seed(8);
        const auto output = Graph(config, weights, training).forward(audio);
        const auto cotangent = at::randn(zq.sizes());
        (zq * cotangent).sum().backward();

        const auto frames = zq.size(2);
        at::manual_seed(8);
        const auto noise = -at::empty({1, frames, groups, vars}).exponential_().log();
        const auto from = z.detach().set_requires_grad(true);
        const auto logits =
            at::matmul(from[0].t(), weights["vector_quantizer.weight_proj.weight"].t())
            + weights["vector_quantizer.weight_proj.bias"];
        const double temperature =
            std::max(config.vqTemp[0] * std::pow(config.vqTemp[2], 100000), config.vqTemp[1]);
        const auto choice =
            ((logits.view({frames, groups, vars}) + noise[0]) / temperature).softmax(2);
        const auto books = weights["vector_quantizer.vars"][0];
        std::vector<at::Tensor> parts;
        for (int g = 0; g < groups; ++g) {
            const auto book =
                config.combineGroups ? books : books.narrow(0, std::int64_t(g) * vars, vars);
            parts.push_back(at::matmul(choice.select(1, g), book));
            const auto chosen = zq[0].narrow(0, g * book.size(1), book.size(1)).t();
            const auto hard = book.index_select(0, choice.select(1, g).argmax(1));
            QVERIFY((chosen - hard).abs().max().item<double>() < 1e-5);
        }
        (at::cat(parts, 1).t() * cotangent[0]).sum().backward();
        const auto largest = from.grad().abs().max().item<double>();
        QVERIFY(largest > 0);
        QVERIFY((z.grad() - from.grad()).abs().max().item<double>() < 1e-5 * largest);
    }
};

QTEST_APPLESS_MAIN(GraphTest)
#include "tst_graph.moc"
