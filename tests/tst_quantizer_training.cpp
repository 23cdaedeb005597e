#include "tests/support/training_trial.h"

#include <QTest>

#include <ATen/ATen.h>

#include <cmath>

using namespace phono;
using namespace phono::test;

namespace {

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

/// Gradients of models with a vector quantizer, for which there is no golden data: by differences
/// where the loss is smooth.
class QuantizerTrainingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
};

QTEST_APPLESS_MAIN(QuantizerTrainingTest)
#include "tst_quantizer_training.moc"
