#include "core/model/seeded_model.h"
#include "core/train/row_network.h"
#include "tests/support/emulated_tiles.h"
#include "tests/support/loss_cases.h"

#include <QTest>

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <random>

using namespace phono;
using namespace phono::golden;

namespace {

TrainingConfig configOf(const ModelConfig& model, int threads = 2)
{
    TrainingConfig config;
    config.model = model;
    config.common.threads = threads;
    return config;
}

/// A network of every kernel that can run here.
struct Kernel {
    std::string name;
    bool bf16 = false;
    std::function<std::unique_ptr<RowNetwork>(FlatParameters&, const TrainingConfig&)> make;
};

std::vector<Kernel> kernels()
{
    std::vector<Kernel> all;
    for (int pairings = 0; pairings < kMostPairings; ++pairings)
        all.push_back({"portable, pairing taps " + std::to_string(pairings) + " times", false,
                       [pairings](FlatParameters& parameters, const TrainingConfig& config) {
                           auto products = fp32Products(KernelKind::Portable);
                           products.pairings = pairings;
                           return std::make_unique<RowNetwork>(parameters, config, products);
                       }});
    for (const auto kind : {KernelKind::Portable, KernelKind::Avx2, KernelKind::Avx512})
        if (isAvailable(kind))
            all.push_back({toString(kind), false,
                           [kind](FlatParameters& parameters, const TrainingConfig& config) {
                               return std::make_unique<RowNetwork>(parameters, config,
                                                                   fp32Products(kind));
                           }});
    for (const auto kind : {KernelKind::Avx512Bf16, KernelKind::Amx})
        if (isAvailable(kind))
            all.push_back({toString(kind), true,
                           [kind](FlatParameters& parameters, const TrainingConfig& config) {
                               return std::make_unique<RowNetwork>(parameters, config,
                                                                   bf16Products(kind));
                           }});
    all.push_back(
        {"emulated tiles", true, [](FlatParameters& parameters, const TrainingConfig& config) {
             return std::make_unique<RowNetwork>(parameters, config,
                                                 tileProducts("emulated", addProductsEmulated));
         }});
    return all;
}

struct Outcome {
    BatchSums sums;
    at::Tensor gradients;
    std::vector<std::int64_t> ready;
};

Outcome differentiate(const Kernel& kernel, FlatParameters& parameters,
                      const TrainingConfig& config, const at::Tensor& audio, std::uint64_t seed)
{
    const auto network = kernel.make(parameters, config);
    Outcome outcome;
    outcome.gradients = at::zeros_like(parameters.flat());
    at::manual_seed(seed);
    outcome.sums = network
                       ->differentiate(audio, 0, outcome.gradients,
                                       [&](std::int64_t first) { outcome.ready.push_back(first); })
                       .read();
    return outcome;
}

double largest(const at::Tensor& values)
{
    return values.abs().max().item<double>();
}

/// The largest difference of two gradients, relative to the largest entry of the second.
double relativeError(const at::Tensor& got, const at::Tensor& expected)
{
    return largest(got.to(at::kDouble) - expected.to(at::kDouble)) / largest(expected);
}

double cosine(const at::Tensor& a, const at::Tensor& b)
{
    const auto x = a.flatten().to(at::kDouble);
    const auto y = b.flatten().to(at::kDouble);
    return (x.dot(y) / (x.norm() * y.norm())).item<double>();
}

at::Tensor noise(std::int64_t items, std::int64_t samples, std::uint64_t seed)
{
    at::manual_seed(seed);
    return at::randn({items, samples}) * 0.1;
}

void addCases()
{
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"large_bce", "large_bce_balanced", "large_infonce", "large_bce_cross5_neg5",
          "large_infonce_cross5_neg5", "large_bce_balanced_cross5_neg5", "large_bce_sampledist20",
          "large_bce_steps4_offset1", "large_bce_neg1", "01_base_bce", "short_T8_bce",
          "short_T8_infonce"})
        QTest::newRow(name) << QString(name);
}

/// Encoder and aggregator with widths, strides and lengths that fit nothing.
ModelConfig oddModel()
{
    ModelConfig config;
    config.convFeatureLayers = {{20, 7, 3}, {33, 5, 3}, {40, 3, 2}, {17, 2, 3}, {19, 1, 1}};
    config.convAggregatorLayers = {{19, 3, 1}, {45, 2, 1}, {45, 4, 1}, {9, 1, 1}};
    config.skipConnectionsAgg = true;
    config.logCompression = true;
    config.predictionSteps = 5;
    config.numNegatives = 3;
    return config;
}

} // namespace

/// The explicit training step against the reference, its own loss and itself.
class RowNetworkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lossAndGradientsAreTheReferences_data() { addCases(); }
    void lossAndGradientsAreTheReferences()
    {
        QFETCH(QString, name);
        const auto folder = "20_loss/" + name.toStdString();
        const auto meta = readJson(folder + "/meta.json");
        const auto model = modelOf(meta);
        FlatParameters parameters(model, at::kCPU);
        const auto config = configOf(model.config);
        const auto audio = toTensor(batchOf(model, meta["T"].toInt()));
        const auto seed = static_cast<std::uint64_t>(meta["seed"].toInt());
        for (const auto& kernel : kernels()) {
            const auto outcome = differentiate(kernel, parameters, config, audio, seed);
            const double loss = meta["loss_sum"].toDouble();
            const double lossError = std::abs(outcome.sums.loss - loss) / loss;
            QVERIFY2(lossError <= (kernel.bf16 ? 2e-2 : 2e-6),
                     qPrintable(QString("%1: loss off by %2")
                                    .arg(QString::fromStdString(kernel.name))
                                    .arg(lossError)));
            QCOMPARE(outcome.sums.positives,
                     static_cast<std::int64_t>(meta["sample_size"].toInt()));
            if (model.config.infonce && !kernel.bf16)
                QCOMPARE(outcome.sums.correct, static_cast<std::int64_t>(meta["correct"].toInt()));
            int compared = 0;
            for (const auto& entry : parameters.entries()) {
                const auto file = folder + "/grad__" + entry.name + ".npy";
                if (!std::ifstream(path(file)).good())
                    continue;
                const auto array = readNpy(file);
                const auto expected =
                    at::tensor(at::ArrayRef<double>(array.values), at::kDouble).view(array.shape);
                const auto got = parameters.view(outcome.gradients, entry.name);
                QCOMPARE(got.sizes().vec(), array.shape);
                const double error =
                    kernel.bf16 ? 1 - cosine(got, expected) : relativeError(got, expected);
                QVERIFY2(error <= (kernel.bf16 ? 2e-2 : 4e-5),
                         qPrintable(QString("%1, %2: off by %3")
                                        .arg(QString::fromStdString(kernel.name),
                                             QString::fromStdString(entry.name))
                                        .arg(error)));
                ++compared;
            }
            QVERIFY(compared > 0);
        }
    }

    void gradientsAreThoseOfTheLoss_data()
    {
        QTest::addColumn<QString>("options");
        for (const char* options :
             {"as it is", "zero pad", "no bias", "not affine", "no log", "no skip", "infonce"})
            QTest::newRow(options) << QString(options);
    }
    /// Finite differences of the loss along random directions of every tensor.
    void gradientsAreThoseOfTheLoss()
    {
        QFETCH(QString, options);
        auto model = oddModel();
        model.aggZeroPad = options == "zero pad";
        model.noConvBias = options == "no bias";
        model.nonAffineGroupNorm = options == "not affine";
        model.logCompression = options != "no log";
        model.skipConnectionsAgg = options != "no skip";
        model.infonce = options == "infonce";
        const auto checkpoint = seededModel(model, 3);
        QVERIFY(checkpoint.ok());
        FlatParameters parameters(*checkpoint, at::kCPU);
        at::manual_seed(8);
        // Norms' weights and biases of 1 and 0 would hide errors.
        parameters.flat().add_(at::randn_like(parameters.flat()) * 0.05);
        const auto config = configOf(model);
        const auto audio = noise(2, 2311, 4);
        const auto kernel = kernels().front();
        const auto outcome = differentiate(kernel, parameters, config, audio, 21);
        const auto network = kernel.make(parameters, config);
        const auto lossAt = [&](const at::Tensor& flat) {
            const auto before = parameters.flat().clone();
            parameters.flat().copy_(flat);
            at::manual_seed(21);
            const double loss = network->evaluate(audio, nullptr).loss;
            parameters.flat().copy_(before);
            return loss;
        };
        const auto start = parameters.flat().clone();
        for (const auto& entry : parameters.entries()) {
            const auto gradient = outcome.gradients.narrow(0, entry.first, entry.count);
            // Along the gradient, where the loss changes most, over what fp32 cannot resolve.
            const auto direction = gradient / gradient.norm();
            const double slope = gradient.norm().item<double>();
            const double step = 0.02 / std::max(slope, 1.0);
            auto up = start.clone();
            up.narrow(0, entry.first, entry.count).add_(direction, step);
            auto down = start.clone();
            down.narrow(0, entry.first, entry.count).add_(direction, -step);
            const double measured = (lossAt(up) - lossAt(down)) / (2 * step);
            QVERIFY2(std::abs(measured - slope) <= 0.03 * slope + 0.05,
                     qPrintable(QString("%1: %2 instead of %3")
                                    .arg(QString::fromStdString(entry.name))
                                    .arg(slope)
                                    .arg(measured)));
        }
    }

    void kernelsAgreeOnOddShapes_data()
    {
        QTest::addColumn<int>("items");
        QTest::addColumn<int>("samples");
        QTest::newRow("one recording") << 1 << 3000;
        QTest::newRow("three recordings") << 3 << 1777;
        QTest::newRow("as many frames as the offset: nothing to predict") << 2 << 130;
        QTest::newRow("one frame more: a single prediction") << 2 << 170;
        QTest::newRow("longer than what is transposed at once") << 1 << 60000;
    }
    void kernelsAgreeOnOddShapes()
    {
        QFETCH(int, items);
        QFETCH(int, samples);
        const auto model = oddModel();
        const auto checkpoint = seededModel(model, 3);
        FlatParameters parameters(*checkpoint, at::kCPU);
        const auto config = configOf(model);
        const auto audio = noise(items, samples, 4);
        const auto all = kernels();
        const auto expected = differentiate(all.front(), parameters, config, audio, 21);
        for (std::size_t i = 1; i < all.size(); ++i) {
            const auto got = differentiate(all[i], parameters, config, audio, 21);
            QCOMPARE(got.sums.positives, expected.sums.positives);
            if (expected.sums.positives == 0) {
                QCOMPARE(got.sums.loss, 0.0);
                QCOMPARE(largest(got.gradients), 0.0);
                continue;
            }
            for (const auto& entry : parameters.entries()) {
                const auto a = parameters.view(got.gradients, entry.name);
                const auto b = parameters.view(expected.gradients, entry.name);
                const double error = all[i].bf16 ? 1 - cosine(a, b) : relativeError(a, b);
                QVERIFY2(error <= (all[i].bf16 ? 3e-2 : 1e-4),
                         qPrintable(QString("%1, %2: off by %3")
                                        .arg(QString::fromStdString(all[i].name),
                                             QString::fromStdString(entry.name))
                                        .arg(error)));
            }
        }
    }

    void threadsChangeNoBit()
    {
        const auto model = oddModel();
        const auto checkpoint = seededModel(model, 3);
        FlatParameters parameters(*checkpoint, at::kCPU);
        const auto audio = noise(2, 9000, 4);
        for (const auto& kernel : kernels()) {
            const auto one = differentiate(kernel, parameters, configOf(model, 1), audio, 21);
            for (const int threads : {2, 3}) {
                const auto many =
                    differentiate(kernel, parameters, configOf(model, threads), audio, 21);
                QCOMPARE(many.sums.loss, one.sums.loss);
                QVERIFY(at::equal(many.gradients, one.gradients));
            }
        }
    }

    void gradientsAreAddedAndBuffersReused()
    {
        const auto model = oddModel();
        const auto checkpoint = seededModel(model, 3);
        FlatParameters parameters(*checkpoint, at::kCPU);
        const auto config = configOf(model);
        const auto kernel = kernels().front();
        const auto network = kernel.make(parameters, config);
        auto twice = at::zeros_like(parameters.flat());
        std::vector<at::Tensor> alone;
        // Batches of other shapes in between leave nothing behind.
        for (const int samples : {5000, 1500, 5000}) {
            const auto audio = noise(samples == 1500 ? 3 : 1, samples, 4);
            auto gradients = at::zeros_like(parameters.flat());
            at::manual_seed(21);
            network->differentiate(audio, 0, gradients, {});
            at::manual_seed(21);
            network->differentiate(audio, 0, twice, {});
            alone.push_back(gradients);
        }
        QVERIFY(at::equal(alone[0], alone[2]));
        QVERIFY(relativeError(twice, alone[0] + alone[1] + alone[2]) < 1e-6);
    }

    void gradientsAreSaidToBeReadyFromTheEnd()
    {
        const auto model = oddModel();
        const auto checkpoint = seededModel(model, 3);
        FlatParameters parameters(*checkpoint, at::kCPU);
        const auto config = configOf(model);
        const auto audio = noise(1, 3000, 4);
        const auto network = kernels().front().make(parameters, config);
        auto gradients = at::zeros_like(parameters.flat());
        std::vector<std::int64_t> ready;
        std::vector<at::Tensor> then;
        network->differentiate(audio, 0, gradients, [&](std::int64_t first) {
            ready.push_back(first);
            then.push_back(gradients.narrow(0, first, gradients.numel() - first).clone());
        });
        QVERIFY(ready.size() > 5);
        QVERIFY(std::ranges::is_sorted(ready, std::greater()));
        QCOMPARE(ready.back(), std::int64_t(0));
        for (std::size_t i = 0; i < ready.size(); ++i)
            QVERIFY(
                at::equal(then[i], gradients.narrow(0, ready[i], gradients.numel() - ready[i])));
    }

    void evaluationCountsScores()
    {
        const auto model = oddModel();
        const auto checkpoint = seededModel(model, 3);
        FlatParameters parameters(*checkpoint, at::kCPU);
        const auto network = kernels().front().make(parameters, configOf(model));
        const auto audio = noise(2, 5000, 4);
        ScoreHistogram histogram{-0.5, 0.1, std::vector<std::int64_t>(10),
                                 std::vector<std::int64_t>(10)};
        at::manual_seed(1);
        const auto sums = network->evaluate(audio, &histogram);
        const auto total = [](const std::vector<std::int64_t>& bins) {
            return std::accumulate(bins.begin(), bins.end(), std::int64_t(0));
        };
        QCOMPARE(total(histogram.positives), sums.positives);
        QCOMPARE(total(histogram.negatives), sums.negatives);
        QCOMPARE(sums.negatives, 3 * sums.positives);
        // A second batch is added.
        network->evaluate(audio, &histogram);
        QCOMPARE(total(histogram.positives), 2 * sums.positives);
    }

    void whatItCannotTrain_data()
    {
        QTest::addColumn<QString>("option");
        for (const char* option :
             {"gelu", "gru", "vq", "projection", "dropout", "feature skips", "fp16"})
            QTest::newRow(option) << QString(option);
    }
    void whatItCannotTrain()
    {
        QFETCH(QString, option);
        auto config = configOf(ModelConfig::tiny());
        QVERIFY(RowNetwork::canTrain(config));
        auto& model = config.model;
        if (option == "gelu")
            model.activation = Activation::Gelu;
        else if (option == "gru")
            model.aggregator = Aggregator::Gru;
        else if (option == "vq")
            model.vqType = VqType::Gumbel;
        else if (option == "projection")
            model.projectFeatures = ProjectFeatures::Same;
        else if (option == "dropout")
            model.dropoutAgg = 0.1;
        else if (option == "feature skips")
            model.skipConnectionsFeat = true;
        else
            config.common.fp16 = true;
        QVERIFY(!RowNetwork::canTrain(config));
    }
};

QTEST_APPLESS_MAIN(RowNetworkTest)
#include "tst_row_network.moc"
