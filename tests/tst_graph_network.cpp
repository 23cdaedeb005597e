#include "core/train/adam.h"
#include "tests/support/loss_cases.h"
#include "tests/support/training_trial.h"

#include <QDir>
#include <QTest>

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

using namespace phono;
using namespace phono::golden;
using namespace phono::test;

namespace {

/// The operations among those that run meanwhile whose result decides what comes next, so that a
/// graphics card would have to be waited for.
class WaitingOperations {
public:
    WaitingOperations()
        : m_handle(at::addGlobalCallback(
            at::RecordFunctionCallback([](const at::RecordFunction& function) {
                const std::string name = function.name();
                ++s_operations;
                for (const char* waiting :
                     {"aten::item", "aten::_local_scalar_dense", "aten::is_nonzero",
                      "aten::nonzero", "aten::masked_select", "aten::equal", "aten::unique_dim",
                      "aten::bincount"})
                    if (name == waiting)
                        s_found.push_back(name);
                return std::unique_ptr<at::ObserverContext>();
            })))
    {
        s_operations = 0;
        s_found.clear();
    }
    ~WaitingOperations() { at::removeCallback(m_handle); }
    WaitingOperations(const WaitingOperations&) = delete;
    WaitingOperations& operator=(const WaitingOperations&) = delete;

    static int operations() { return s_operations; }
    static const std::vector<std::string>& found() { return s_found; }

private:
    static inline int s_operations = 0;
    static inline std::vector<std::string> s_found;
    at::CallbackHandle m_handle;
};

} // namespace

/// Loss and gradients of the general training network.
class GraphNetworkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lossAndGradientsAreTheReferences_data() { addLossCases(); }
    void lossAndGradientsAreTheReferences()
    {
        QFETCH(QString, name);
        const auto folder = "20_loss/" + name.toStdString();
        const auto meta = readJson(folder + "/meta.json");
        const auto model = modelOf(meta);
        Trial trial(model);
        QCOMPARE(trial.network->kernel(), std::string("autograd"));
        const auto audio = toTensor(batchOf(model, meta["T"].toInt()));
        const auto seed = static_cast<std::uint64_t>(meta["seed"].toInt());
        const auto sums = trial.differentiate(audio, seed);

        const double loss = meta["loss_sum"].toDouble();
        QVERIFY2(std::abs(sums.loss - loss) <= 2e-6 * loss,
                 qPrintable(QString("loss %1 instead of %2").arg(sums.loss).arg(loss)));
        QCOMPARE(sums.positives, static_cast<std::int64_t>(meta["sample_size"].toInt()));
        QVERIFY(std::abs(sums.metrics().lossBits - meta["logged_loss_bits"].toDouble()) < 1e-4);
        if (model.config.infonce)
            QCOMPARE(sums.correct, static_cast<std::int64_t>(meta["correct"].toInt()));

        const auto files = QDir(QString::fromStdString(path(folder))).entryList({"grad__*.npy"});
        QVERIFY(!files.isEmpty());
        for (const auto& file : files) {
            const auto parameter = file.mid(6, file.size() - 10).toStdString();
            const auto expected = readNpy(folder + "/" + file.toStdString());
            const auto gradient = trial.gradient(parameter).contiguous();
            QCOMPARE(gradient.sizes().vec(), expected.shape);
            double largest = 0;
            double difference = 0;
            for (std::size_t i = 0; i < expected.values.size(); ++i) {
                largest = std::max(largest, std::abs(expected.values[i]));
                difference = std::max(difference,
                                      std::abs(static_cast<double>(gradient.data_ptr<float>()[i])
                                               - expected.values[i]));
            }
            QVERIFY2(difference <= 4e-5 * largest,
                     qPrintable(QString("%1 differs by %2 of its largest entry")
                                    .arg(file)
                                    .arg(difference / largest)));
        }
        const double norm =
            trial.gradients.norm().item<double>() / static_cast<double>(sums.positives);
        const double expectedNorm = meta["grad_norm_after_dividing_by_sample_size"].toDouble();
        QVERIFY2(std::abs(norm - expectedNorm) <= 2e-5 * expectedNorm,
                 qPrintable(QString("norm %1 instead of %2").arg(norm).arg(expectedNorm)));

        const auto evaluated = trial.evaluate(audio, seed);
        QVERIFY(std::abs(evaluated.loss - loss) <= 2e-6 * loss);
        QCOMPARE(evaluated.correct, sums.correct);
    }

    void gradientsAreSlopes_data()
    {
        QTest::addColumn<QString>("option");
        for (const char* name :
             {"none", "GELU", "zero padding, no biases", "encoder skips", "widths that differ",
              "no affine norms", "BCE of balanced classes", "InfoNCE", "recurrent aggregator",
              "targets projected by the aggregator", "targets projected by another aggregator",
              "dropout everywhere"})
            QTest::newRow(name) << QString(name);
    }
    void gradientsAreSlopes()
    {
        QFETCH(QString, option);
        const auto model = smallModel([&](ModelConfig& config) {
            if (option == "GELU")
                config.activation = Activation::Gelu;
            else if (option == "zero padding, no biases")
                config.aggZeroPad = config.noConvBias = true;
            else if (option == "encoder skips")
                config.skipConnectionsFeat = true;
            else if (option == "widths that differ")
                config.convAggregatorLayers = {{12, 2, 1}, {16, 3, 1}};
            else if (option == "no affine norms")
                config.nonAffineGroupNorm = true;
            else if (option == "BCE of balanced classes")
                config.balancedClasses = true;
            else if (option == "InfoNCE")
                config.infonce = true;
            else if (option == "recurrent aggregator")
                config.aggregator = Aggregator::Gru, config.gruDim = 10;
            else if (option == "targets projected by the aggregator")
                config.projectFeatures = ProjectFeatures::Same;
            else if (option == "targets projected by another aggregator")
                config.projectFeatures = ProjectFeatures::New;
            else if (option == "dropout everywhere")
                config.dropout = config.dropoutFeatures = config.dropoutAgg = 0.3;
        });
        Trial trial(model);
        const auto audio = noise(2, 6000);
        for (const std::string part : {"feature_extractor", "feature_aggregator",
                                       "wav2vec_predictions", "project_features"}) {
            const auto& entries = trial.parameters.entries();
            const auto belongs = [&](const std::string& name) {
                return name.starts_with(part);
            };
            if (std::ranges::none_of(entries, belongs, &FlatParameters::Entry::name))
                continue;
            const double ratio = slopeRatio(trial, audio, belongs);
            QVERIFY2(std::abs(ratio - 1) < 0.01,
                     qPrintable(QString("%1: ratio %2").arg(part.c_str()).arg(ratio)));
        }
    }

    void dropoutIsForTrainingOnly()
    {
        const auto audio = noise(2, 6000);
        const auto lossWith = [&](double dropout, double features, double context, bool training,
                                  std::uint64_t seed) {
            Trial trial(smallModel([&](ModelConfig& config) {
                config.dropout = dropout;
                config.dropoutFeatures = features;
                config.dropoutAgg = context;
            }));
            return training ? trial.differentiate(audio, seed).loss
                            : trial.evaluate(audio, seed).loss;
        };
        const double plain = lossWith(0, 0, 0, true, 5);
        QCOMPARE(lossWith(0.4, 0.4, 0.4, false, 5), lossWith(0, 0, 0, false, 5));
        QVERIFY(std::abs(lossWith(0.4, 0, 0, true, 5) - plain) > 1e-3 * plain);
        QVERIFY(std::abs(lossWith(0, 0.4, 0, true, 5) - plain) > 1e-3 * plain);
        QVERIFY(std::abs(lossWith(0, 0, 0.4, true, 5) - plain) > 1e-3 * plain);
        QCOMPARE(lossWith(0.4, 0.4, 0.4, true, 6), lossWith(0.4, 0.4, 0.4, true, 6));
    }

    void gradientsAreAdded()
    {
        Trial trial(smallModel());
        const auto audio = noise(2, 6000);
        trial.differentiate(audio, 51);
        const auto once = trial.gradients.clone();
        at::manual_seed(51);
        trial.network->differentiate(audio, 0, trial.gradients, {});
        QVERIFY(at::allclose(trial.gradients, 2 * once, 1e-6));
    }

    void gradientsAreScaled()
    {
        Trial trial(smallModel([](ModelConfig& config) { config.vqType = VqType::KMeans; }), [] {
            TrainingConfig config;
            config.criterion.lossWeights = {1};
            return config;
        }());
        const auto audio = noise(2, 6000);
        const auto plain = trial.differentiate(audio, 52);
        const auto once = trial.gradients.clone();
        trial.network->setLossScale(64);
        QCOMPARE(trial.differentiate(audio, 52).loss, plain.loss);
        QVERIFY(at::allclose(trial.gradients, 64 * once, 1e-5, 1e-4));
    }

    void finalGradientsAreSaidFromTheEnd_data()
    {
        QTest::addColumn<QString>("architecture");
        for (const char* name :
             {"convolutional", "recurrent", "quantized", "residuals projected",
              "targets projected by the aggregator", "targets projected by another aggregator"})
            QTest::newRow(name) << QString(name);
    }
    void finalGradientsAreSaidFromTheEnd()
    {
        QFETCH(QString, architecture);
        Trial trial(smallModel([&](ModelConfig& config) {
            if (architecture == "recurrent")
                config.aggregator = Aggregator::Gru, config.gruDim = 10;
            else if (architecture == "quantized")
                config.vqType = VqType::Gumbel;
            else if (architecture == "residuals projected")
                config.convAggregatorLayers = {{16, 2, 1}, {12, 3, 1}};
            else if (architecture.startsWith("targets"))
                config.projectFeatures = architecture.endsWith("another aggregator")
                    ? ProjectFeatures::New
                    : ProjectFeatures::Same;
        }));
        std::vector<std::pair<std::int64_t, at::Tensor>> said;
        at::manual_seed(53);
        trial.network->differentiate(noise(2, 6000), 0, trial.gradients, [&](std::int64_t first) {
            said.emplace_back(first, trial.gradients.clone());
        });
        QVERIFY(said.size() > 5); // at least one for each layer
        QCOMPARE(said.back().first, std::int64_t(0));
        auto end = trial.gradients.numel();
        for (const auto& [first, then] : said) {
            QVERIFY(first < end);
            end = first;
            QVERIFY(at::equal(then.slice(0, first), trial.gradients.slice(0, first)));
        }
        QVERIFY(trial.gradients.count_nonzero().item<std::int64_t>() > trial.gradients.numel() / 2);
    }

    void shortRecordings_data()
    {
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("steps");
        QTest::newRow("two frames: no score") << 2 << 0;
        QTest::newRow("as many as the offset: no score") << 3 << 0;
        QTest::newRow("one more: one step") << 4 << 1;
        QTest::newRow("two more: two steps") << 5 << 2;
    }
    void shortRecordings()
    {
        QFETCH(int, frames);
        QFETCH(int, steps);
        for (const bool quantized : {false, true}) {
            TrainingConfig config;
            if (quantized)
                config.criterion.lossWeights = {1};
            Trial trial(smallModel([&](ModelConfig& model) {
                            if (quantized)
                                model.vqType = VqType::Gumbel;
                        }),
                        config);
            std::int64_t last = -1;
            at::manual_seed(54);
            const auto sums =
                trial.network
                    ->differentiate(noise(3, 465 + 160 * (frames - 1)), 0, trial.gradients,
                                    [&](std::int64_t first) { last = first; })
                    .read();
            QCOMPARE(last, std::int64_t(0));
            QCOMPARE(static_cast<int>(sums.stepLoss.size()), steps);
            QCOMPARE(static_cast<int>(sums.stepPositives.size()), steps);
            QCOMPARE(sums.positives, std::int64_t(3 * steps * (steps + 1) / 2));
            QCOMPARE(sums.negatives, 4 * sums.positives);
            QCOMPARE(sums.loss > 0, steps > 0);
            QCOMPARE(trial.gradients.abs().max().item<float>() > 0, steps > 0);
            QVERIFY(trial.gradients.isfinite().all().item<bool>());
        }
    }

    void oneFrameIsRefused()
    {
        Trial trial(smallModel());
        try {
            trial.differentiate(noise(2, 624), 55);
            QFAIL("nothing was thrown");
        } catch (const c10::Error& error) {
            const QString words = error.what_without_backtrace();
            QVERIFY(words.contains("624 samples") && words.contains("task.min_sample_size"));
        }
        QVERIFY_THROWS_EXCEPTION(c10::Error, trial.evaluate(noise(2, 624), 55));
    }

    void aStepNeverWaitsForItsNumbers_data()
    {
        QTest::addColumn<std::function<void(ModelConfig&)>>("change");
        const auto row = [](const char* name, std::function<void(ModelConfig&)> change) {
            QTest::newRow(name) << std::move(change);
        };
        row("binary decisions", [](ModelConfig&) {});
        row("InfoNCE", [](ModelConfig& model) { model.infonce = true; });
        row("GELU and dropout", [](ModelConfig& model) {
            model.activation = Activation::Gelu;
            model.dropout = model.dropoutFeatures = model.dropoutAgg = 0.1;
        });
        row("Gumbel quantizer", [](ModelConfig& model) { model.vqType = VqType::Gumbel; });
        row("k-means quantizer", [](ModelConfig& model) { model.vqType = VqType::KMeans; });
    }
    void aStepNeverWaitsForItsNumbers()
    {
        QFETCH(std::function<void(ModelConfig&)>, change);
        const auto model = smallModel(change);
        TrainingConfig config;
        if (model.config.vqType != VqType::None)
            config.criterion.lossWeights = {1};
        Trial trial(model, config);
        AdamOptimizer adam(trial.parameters.flat(), {}, 1);
        const auto audio = noise(2, 6000);
        const WaitingOperations waiting;
        const auto sums = trial.network->differentiate(audio, 0, trial.gradients, {});
        const auto scale = sums.positives().reciprocal();
        const auto norm = trial.gradients.square().sum(at::kDouble).sqrt() * scale;
        adam.stepByAten(trial.parameters.flat(), trial.gradients,
                        {scale, norm, norm.isfinite().logical_and(sums.loss().isfinite())}, 1,
                        0.001);
        QVERIFY(waiting.operations() > 100);
        QVERIFY2(waiting.found().empty(),
                 waiting.found().empty() ? "" : waiting.found().front().c_str());
        static_cast<void>(sums.read());
    }

    void scoresAreCounted()
    {
        Trial trial(smallModel());
        ScoreHistogram histogram{-0.1, 0.2, std::vector<std::int64_t>(2),
                                 std::vector<std::int64_t>(2)};
        at::manual_seed(56);
        const auto sums = trial.network->evaluate(noise(2, 6000), &histogram);
        QCOMPARE(histogram.positives[0] + histogram.positives[1], sums.positives);
        QCOMPARE(histogram.negatives[0] + histogram.negatives[1], sums.negatives);
        // The bins part at 0.1: what lies beyond them counts in the outer ones.
        ScoreHistogram fine{-100, 0.01, std::vector<std::int64_t>(20000),
                            std::vector<std::int64_t>(20000)};
        at::manual_seed(56);
        trial.network->evaluate(noise(2, 6000), &fine);
        const auto above =
            std::accumulate(fine.positives.begin() + 10010, fine.positives.end(), std::int64_t(0));
        QCOMPARE(histogram.positives[1], above);
        double mean = 0;
        for (std::size_t i = 0; i < fine.negatives.size(); ++i)
            mean += static_cast<double>(fine.negatives[i])
                * (-100 + 0.01 * (static_cast<double>(i) + 0.5));
        QVERIFY(std::abs(mean / static_cast<double>(sums.negatives) - sums.metrics().negativeMean)
                < 0.01);
    }

    void bfloat16StaysNearFloat()
    {
        const auto model = smallModel();
        const auto audio = noise(2, 12000);
        Trial exact(model);
        TrainingConfig config;
        config.common.bf16 = true;
        Trial half(model, config);
        const double loss = exact.differentiate(audio, 57).loss;
        const double near = half.differentiate(audio, 57).loss;
        QVERIFY2(std::abs(near - loss) < 0.02 * loss, qPrintable(QString::number(near / loss)));
        QVERIFY(near != loss);
        const double cosine = ((exact.gradients * half.gradients).sum() / exact.gradients.norm()
                               / half.gradients.norm())
                                  .item<double>();
        QVERIFY2(cosine > 0.99, qPrintable(QString::number(cosine)));
    }

    void writtenParametersAreUsed()
    {
        Trial trial(smallModel());
        const auto audio = noise(2, 6000);
        const double before = trial.evaluate(audio, 58).loss;
        trial.parameters.flat() *= 1.1;
        trial.network->parametersChanged();
        QVERIFY(trial.evaluate(audio, 58).loss != before);
        trial.parameters.flat() = trial.parameters.flat() / 1.1;
        trial.network->parametersChanged();
        QVERIFY(std::abs(trial.evaluate(audio, 58).loss / before - 1) < 1e-5);
    }

    void impossibleConfigurationsAreRefused_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("word");
        QTest::newRow("fp16 without CUDA") << "fp16"
                                           << "common.bf16";
        QTest::newRow("two precisions") << "both"
                                        << "common.fp16";
        QTest::newRow("weights of losses that there are not") << "weights"
                                                              << "loss_weights";
        QTest::newRow("exclusive negatives within a distance") << "distance"
                                                               << "sample_distance";
        QTest::newRow("another architecture") << "model"
                                              << "section model";
    }
    void impossibleConfigurationsAreRefused()
    {
        QFETCH(QString, what);
        QFETCH(QString, word);
        const auto model = smallModel();
        FlatParameters parameters(model, at::kCPU);
        TrainingConfig config;
        config.model = model.config;
        config.common.fp16 = what == "fp16" || what == "both";
        config.common.bf16 = what == "both";
        if (what == "weights")
            config.criterion.lossWeights = {0.1};
        if (what == "distance") {
            config.criterion.negatives = NegativeDraw::Exclusive;
            config.model.sampleDistance = 5;
        }
        if (what == "model")
            config.model.convAggregatorLayers.push_back({12, 3, 1});
        const auto made = makeTrainingNetwork(parameters, config, at::kCPU);
        QVERIFY(!made.ok());
        const auto message = QString::fromStdString(made.error().message);
        QVERIFY2(message.contains(word), qPrintable(message));
    }
};

QTEST_APPLESS_MAIN(GraphNetworkTest)
#include "tst_graph_network.moc"
