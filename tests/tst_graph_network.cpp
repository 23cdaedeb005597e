#include "core/model/seeded_model.h"
#include "core/train/graph_network.h"
#include "tests/support/loss_cases.h"

#include <QDir>
#include <QTest>

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <numeric>

using namespace phono;
using namespace phono::golden;

namespace {

using NetworkResult = Result<std::unique_ptr<TrainingNetwork>>;

/// A small model with its network, and a batch it can hear.
struct Trial {
    explicit Trial(const Checkpoint& model, TrainingConfig config = {})
        : parameters(model, at::kCPU)
        , gradients(at::zeros_like(parameters.flat()))
    {
        config.model = model.config;
        auto made = GraphNetwork::create(parameters, config);
        if (!made)
            throw std::runtime_error(made.error().message);
        network = std::move(*made);
    }

    BatchSums differentiate(const at::Tensor& audio, std::uint64_t seed, std::int64_t update = 0)
    {
        at::manual_seed(seed);
        gradients.zero_();
        return network->differentiate(audio, update, gradients, {});
    }
    BatchSums evaluate(const at::Tensor& audio, std::uint64_t seed)
    {
        at::manual_seed(seed);
        return network->evaluate(audio, nullptr);
    }
    at::Tensor gradient(const std::string& name) const { return parameters.view(gradients, name); }
    at::Tensor parameter(const std::string& name) const
    {
        return parameters.view(parameters.flat(), name);
    }

    FlatParameters parameters;
    at::Tensor gradients;
    std::unique_ptr<TrainingNetwork> network;
};

/// A tiny architecture; weights of norms and biases are not those of the start.
Checkpoint smallModel(const std::function<void(ModelConfig&)>& change = {})
{
    ModelConfig config;
    config.convFeatureLayers = {{12, 10, 5}, {12, 8, 4}, {12, 4, 2}, {12, 4, 2}, {12, 4, 2}};
    config.convAggregatorLayers = {{12, 2, 1}, {12, 3, 1}};
    config.predictionSteps = 3;
    config.numNegatives = 4;
    config.logCompression = true;
    config.skipConnectionsAgg = true;
    config.vqVars = 7;
    if (change)
        change(config);
    auto model = seededModel(config, 21);
    if (!model)
        throw std::runtime_error(model.error().message);
    FlatParameters parameters(*model, at::kCPU);
    parameters.flat() += 0.1 * at::randn_like(parameters.flat());
    return parameters.toCheckpoint();
}

at::Tensor noise(std::int64_t batch, std::int64_t samples)
{
    at::manual_seed(22);
    return at::randn({batch, samples}) * 0.1;
}

/// The loss's slope along a direction in which only the named parameters move, by differences of
/// the training loss with the same random numbers, against that by the gradients: the ratio.
double slopeRatio(Trial& trial, const at::Tensor& audio,
                  const std::function<bool(const std::string&)>& moves)
{
    trial.differentiate(audio, 31);
    const auto gradients = trial.gradients.clone();
    const auto start = trial.parameters.flat().clone();
    auto direction = at::zeros_like(start);
    at::manual_seed(32);
    for (const auto& entry : trial.parameters.entries())
        if (moves(entry.name)) // along the gradient, mostly: the steepest is the best to measure
            trial.parameters.view(direction, entry.name)
                .copy_(trial.parameters.view(gradients, entry.name)
                       + 0.1 * trial.parameters.view(gradients, entry.name).abs().mean()
                           * at::randn(entry.shape));
    direction /= direction.norm();
    const double slope = (gradients * direction).sum(at::kDouble).item<double>();
    constexpr double kStep = 1e-3;
    const auto lossAt = [&](double distance) {
        trial.parameters.flat().copy_(start + distance * direction);
        return trial.differentiate(audio, 31).loss;
    };
    const double difference = (lossAt(kStep) - lossAt(-kStep)) / (2 * kStep);
    trial.parameters.flat().copy_(start);
    return difference / slope;
}

/// The slope of the extra loss along its gradient in the parameters of `part`, by differences of
/// what it adds to the evaluated loss, against the gradient's: the ratio.
double extraSlopeRatio(Trial& with, Trial& without, const at::Tensor& audio,
                       const at::Tensor& gradients, const std::string& part)
{
    auto direction = at::zeros_like(gradients);
    for (const auto& entry : with.parameters.entries())
        if (entry.name.starts_with(part))
            with.parameters.view(direction, entry.name)
                .copy_(with.parameters.view(gradients, entry.name));
    direction /= direction.norm();
    const double slope = (gradients * direction).sum(at::kDouble).item<double>();
    const auto start = with.parameters.flat().clone();
    const auto extraAt = [&](double distance) {
        with.parameters.flat().copy_(start + distance * direction);
        without.parameters.flat().copy_(with.parameters.flat());
        return with.evaluate(audio, 41).loss - without.evaluate(audio, 41).loss;
    };
    constexpr double kStep = 1e-3;
    const double difference = (extraAt(kStep) - extraAt(-kStep)) / (2 * kStep);
    with.parameters.flat().copy_(start);
    without.parameters.flat().copy_(start);
    return difference / slope;
}

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

    void gradientsBehindAQuantizerAreSlopes_data()
    {
        QTest::addColumn<bool>("gumbel");
        QTest::addColumn<bool>("combined");
        QTest::newRow("gumbel") << true << false;
        QTest::newRow("gumbel, one book for all groups") << true << true;
        QTest::newRow("k-means") << false << false;
        QTest::newRow("k-means, one book for all groups") << false << true;
    }
    void gradientsBehindAQuantizerAreSlopes()
    {
        // Only what follows the choice of a code changes the loss steadily.
        QFETCH(bool, gumbel);
        QFETCH(bool, combined);
        Trial trial(smallModel([&](ModelConfig& config) {
            config.vqType = gumbel ? VqType::Gumbel : VqType::KMeans;
            config.combineGroups = combined;
        }));
        const double ratio = slopeRatio(trial, noise(2, 6000), [&](const std::string& name) {
            return name.starts_with("feature_aggregator") || name.starts_with("wav2vec_predictions")
                || name == "vector_quantizer.vars";
        });
        QVERIFY2(std::abs(ratio - 1) < 0.01, qPrintable(QString::number(ratio)));
        // Straight through: the contrastive loss moves the encoder, not the book of k-means.
        QVERIFY(trial.gradient("feature_extractor.conv_layers.0.0.weight").abs().max().item<float>()
                > 0);
        if (!gumbel)
            QCOMPARE(trial.gradient("vector_quantizer.embedding").abs().max().item<float>(), 0.0F);
    }

    void extraLossOfGumbel_data()
    {
        QTest::addColumn<int>("depth");
        QTest::newRow("one layer to the codes") << 1;
        QTest::newRow("two layers") << 2;
    }
    void extraLossOfGumbel()
    {
        // num_vars - perplexity is smooth in the weights and free of noise (SPEC 3): its part of
        // the gradient must be the slope of its part of the loss.
        QFETCH(int, depth);
        const auto model = smallModel([&](ModelConfig& config) {
            config.vqType = VqType::Gumbel;
            config.vqDepth = depth;
        });
        const auto audio = noise(2, 6000);
        TrainingConfig weighed;
        weighed.criterion.lossWeights = {0.5};
        Trial with(model, weighed);
        Trial without(model);
        const auto sums = with.differentiate(audio, 41);
        const double extra = sums.loss - without.differentiate(audio, 41).loss;
        QVERIFY(extra > 0);
        QVERIFY(extra < 0.5 * 14 * static_cast<double>(sums.positives)); // 2 groups of 7 codes
        QVERIFY(*sums.codePerplexity >= 2 && *sums.codePerplexity <= 14);

        const auto gradients = with.gradients - without.gradients;
        for (const std::string part : {"feature_extractor", "vector_quantizer.weight_proj"}) {
            const double ratio = extraSlopeRatio(with, without, audio, gradients, part);
            QVERIFY2(std::abs(ratio - 1) < 0.01,
                     qPrintable(QString("%1: %2").arg(part.c_str()).arg(ratio)));
        }
        // The book has no part in it.
        const auto book =
            with.gradient("vector_quantizer.vars") - without.gradient("vector_quantizer.vars");
        QVERIFY(book.abs().max().item<float>()
                < 1e-4F * with.gradient("vector_quantizer.vars").abs().max().item<float>());
    }

    void extraLossOfKMeans()
    {
        // mse(zq, sg(ze)) + gamma mse(ze, sg(zq)): the book is moved by the first term alone, the
        // encoder by the second; their values are the same.
        const double gamma = 0.4;
        const auto model = smallModel([&](ModelConfig& config) {
            config.vqType = VqType::KMeans;
            config.vqGamma = gamma;
        });
        const auto audio = noise(2, 6000);
        TrainingConfig weighed;
        weighed.criterion.lossWeights = {2};
        Trial with(model, weighed);
        Trial without(model);
        with.differentiate(audio, 42);
        without.differentiate(audio, 42);
        const auto gradients = with.gradients - without.gradients;
        const auto check = [&](const std::string& part, double share) {
            const double ratio = extraSlopeRatio(with, without, audio, gradients, part) * share;
            QVERIFY2(std::abs(ratio - 1) < 0.02,
                     qPrintable(QString("%1: %2").arg(part.c_str()).arg(ratio)));
        };
        check("vector_quantizer.embedding", 1 / (1 + gamma));
        check("feature_extractor", gamma / (1 + gamma));
        check("vector_quantizer.projection", gamma / (1 + gamma));
    }

    void gumbelCools()
    {
        Trial trial(smallModel([](ModelConfig& config) { config.vqType = VqType::Gumbel; }));
        const auto audio = noise(2, 6000);
        const auto gradientAt = [&](std::int64_t update) {
            trial.differentiate(audio, 43, update);
            return trial.gradient("vector_quantizer.weight_proj.weight").clone();
        };
        const auto start = gradientAt(0); // temperature 2
        const auto coldest = gradientAt(277260); // 0.5, as ever after
        QVERIFY(!at::allclose(start, coldest, 0.01));
        QVERIFY(at::equal(coldest, gradientAt(10000000)));
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
                trial.network->differentiate(noise(3, 465 + 160 * (frames - 1)), 0, trial.gradients,
                                             [&](std::int64_t first) { last = first; });
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
        QVERIFY_EXCEPTION_THROWN(trial.evaluate(noise(2, 624), 55), c10::Error);
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
