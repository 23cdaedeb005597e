#include "core/model/contrastive_loss.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace phono {
namespace {

/// Draws from [0, high - 1) and steps over `excluded`: as fairseq excludes the positive.
at::Tensor drawExcluding(std::int64_t high, const at::Tensor& excluded, std::int64_t batch)
{
    auto drawn = at::randint(high - 1, {batch, excluded.numel()}, at::kLong);
    return drawn + (drawn >= excluded).to(at::kLong);
}

/// 0 x copies, 1 x copies, …: the reference lays the exclusion list out frame by frame, but reads
/// the draw copy by copy (SPEC 2.1, quirk 1).
at::Tensor framesRepeated(std::int64_t frames, std::int64_t copies)
{
    return at::arange(frames, at::kLong).unsqueeze(1).expand({frames, copies}).flatten();
}

double sumOfBce(const at::Tensor& scores, const ModelConfig& config)
{
    const auto positives = scores.select(0, 0);
    const auto negatives = scores.narrow(0, 1, scores.size(0) - 1);
    const auto softplus = [](const at::Tensor& x) {
        return at::softplus(x.to(at::kDouble), 1, 100);
    };
    const double weight = config.balancedClasses ? 1.0 / config.numNegatives : 1.0;
    return softplus(-positives).sum().item<double>()
        + weight * softplus(negatives).sum().item<double>();
}

double sumOfInfoNce(const at::Tensor& scores)
{
    const auto logits = scores.to(at::kDouble);
    return (at::logsumexp(logits, 0) - logits.select(0, 0)).sum().item<double>();
}

} // namespace

at::Tensor sampleNegatives(std::int64_t batch, std::int64_t frames, const ModelConfig& config)
{
    const std::int64_t high =
        config.sampleDistance ? std::min<std::int64_t>(frames, *config.sampleDistance) : frames;
    TORCH_CHECK(high > 1, "the recording has ", frames,
                " frames, but negatives can only be drawn from at least 2");
    const std::int64_t inSample = config.numNegatives;
    const std::int64_t cross = config.crossSampleNegatives;
    TORCH_CHECK(inSample + cross > 0, "the model has no negatives to draw");

    at::randint(high, {batch, inSample * frames},
                at::kLong); // the reference draws these for nothing
    std::vector<at::Tensor> drawn;
    if (inSample > 0) {
        auto index = drawExcluding(high, framesRepeated(frames, inSample), batch);
        drawn.push_back(index + at::arange(batch, at::kLong).unsqueeze(1) * high);
    }
    if (cross > 0)
        drawn.push_back(drawExcluding(batch * frames, framesRepeated(frames, cross), batch));
    return at::cat(drawn, 1);
}

std::vector<at::Tensor> contrastiveScores(const at::Tensor& predictions, const at::Tensor& targets,
                                          const at::Tensor& negatives, const ModelConfig& config)
{
    const auto batch = targets.size(0);
    const auto channels = targets.size(1);
    const auto frames = targets.size(2);
    const auto flat = targets.transpose(0, 1).reshape({channels, batch * frames});
    const auto drawn = flat.index_select(1, negatives.flatten())
                           .view({channels, batch, -1, frames})
                           .permute({2, 1, 0, 3});
    const auto candidates = at::cat({targets.unsqueeze(0), drawn}, 0); // [copies, b, c, t]

    const auto offset = config.predictionOffset();
    const auto steps = std::min<std::int64_t>(config.predictionSteps, frames - offset);
    std::vector<at::Tensor> scores;
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto ahead = offset + step;
        const auto from = predictions.select(3, step).narrow(2, 0, frames - ahead);
        const auto to = candidates.narrow(3, ahead, frames - ahead);
        scores.push_back((from.unsqueeze(0) * to).sum(2).to(at::kFloat));
    }
    return scores;
}

at::Tensor flattenScores(const std::vector<at::Tensor>& scores, Criterion criterion)
{
    std::vector<at::Tensor> parts;
    for (const auto& step : scores) {
        if (criterion == Criterion::Bce)
            parts.push_back(step.flatten());
        else
            parts.push_back(step.permute({2, 1, 0}).reshape({-1, step.size(0)}));
    }
    return parts.empty() ? at::empty({0}) : at::cat(parts, 0);
}

LossReport summarizeLoss(const std::vector<at::Tensor>& scores, const ModelConfig& config,
                         Criterion criterion)
{
    LossReport report;
    report.criterion = criterion;
    report.negatives = config.numNegatives + config.crossSampleNegatives;
    double positiveSum = 0;
    double negativeSum = 0;
    for (const auto& step : scores) {
        const auto positives = step.select(0, 0);
        const double loss =
            criterion == Criterion::Bce ? sumOfBce(step, config) : sumOfInfoNce(step);
        report.lossSum += loss;
        report.sampleSize += positives.numel();
        report.bitsPerStep.push_back(loss / static_cast<double>(positives.numel())
                                     / std::numbers::ln2);
        const double positive = positives.sum(at::kDouble).item<double>();
        positiveSum += positive;
        negativeSum += step.sum(at::kDouble).item<double>() - positive;
        if (criterion == Criterion::InfoNce) {
            // A row in which all scores tie is both first and last, and does not count as right.
            const auto right = step.argmax(0) == 0;
            const auto tied = right.logical_and(step.argmin(0) == 0);
            report.correct += (right.sum() - tied.sum()).item<std::int64_t>();
            report.count += positives.numel();
        }
    }
    const auto size = static_cast<double>(std::max<std::int64_t>(report.sampleSize, 1));
    report.bits = report.lossSum / size / std::numbers::ln2;
    report.positiveScoreMean = positiveSum / size;
    report.negativeScoreMean = negativeSum / size / std::max(report.negatives, 1);
    return report;
}

} // namespace phono
