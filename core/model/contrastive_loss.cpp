#include "core/model/contrastive_loss.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace phono {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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

/// Steps that predict anything of `targetFrames` frames.
std::int64_t stepsWithin(std::int64_t steps, std::int64_t targetFrames)
{
    return std::min(steps, targetFrames);
}

/// What all scores are made of.
struct Comparison {
    at::Tensor predictions; ///< [batch, lead + target frames, steps, channels], see staggered()
    at::Tensor rows; ///< [batch * frames, channels], float
    at::Tensor candidates; ///< [batch, target frames, 1 + negatives], indices of rows

    std::int64_t batch() const { return candidates.size(0); }
    std::int64_t targetFrames() const { return candidates.size(1); }
    std::int64_t copies() const { return candidates.size(2); }
    std::int64_t channels() const { return rows.size(1); }

    /// Calls work(sample, first, count) for stretches of target frames whose candidates fit into a
    /// modest amount of memory.
    template <typename Work>
    void forStretches(const Work& work) const
    {
        constexpr std::int64_t kValues = std::int64_t(1) << 24;
        const auto longest = std::max<std::int64_t>(kValues / (copies() * channels()), 1);
        for (std::int64_t sample = 0; sample < batch(); ++sample)
            for (std::int64_t first = 0; first < targetFrames(); first += longest)
                work(sample, first, std::min(longest, targetFrames() - first));
    }
    at::Tensor indices(std::int64_t sample, std::int64_t first, std::int64_t count) const
    {
        return candidates[sample].narrow(0, first, count).flatten();
    }
    /// [target frames, 1 + negatives, channels]
    at::Tensor gather(const at::Tensor& index) const
    {
        return rows.index_select(0, index).view({-1, copies(), channels()});
    }
};

/// The predictions of target frames, [target frames, steps, channels], as a view of one sample's
/// predictions by the frame that they are made from: step s of target frame j lies s frames before
/// it. Steps stand in falling order, so that no stride is negative.
at::Tensor staggered(const at::Tensor& predictions, std::int64_t first, std::int64_t count)
{
    const auto steps = predictions.size(1);
    const auto channels = predictions.size(2);
    const auto row = steps * channels;
    return predictions.as_strided({count, steps, channels}, {row, row + channels, 1},
                                  predictions.storage_offset() + first * row);
}

/// The products of predictions and candidates. Candidates are gathered again in the backward pass,
/// rather than kept: they are many times larger than what they are gathered from.
class ScoresFunction : public torch::autograd::Function<ScoresFunction> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& predictions,
                              const at::Tensor& rows, const at::Tensor& candidates)
    {
        context->save_for_backward({predictions, rows, candidates});
        return multiply({predictions, rows, candidates});
    }

    static variable_list backward(AutogradContext* context, variable_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const Comparison all = {saved[0], saved[1], saved[2]};
        const auto& gradient = gradients[0];
        auto toPredictions = at::zeros_like(all.predictions);
        auto toRows = at::zeros_like(all.rows);
        all.forStretches([&](std::int64_t sample, std::int64_t first, std::int64_t count) {
            const auto index = all.indices(sample, first, count);
            const auto part = gradient[sample].narrow(0, first, count);
            const auto from = staggered(all.predictions[sample], first, count).to(at::kFloat);
            staggered(toPredictions[sample], first, count).copy_(at::bmm(part, all.gather(index)));
            toRows.index_add_(0, index,
                              at::bmm(part.transpose(1, 2), from).view({-1, all.channels()}));
        });
        return {toPredictions, toRows, at::Tensor()};
    }

    /// [batch, target frames, steps, 1 + negatives]
    static at::Tensor multiply(const Comparison& all)
    {
        auto scores =
            at::empty({all.batch(), all.targetFrames(), all.predictions.size(2), all.copies()},
                      all.rows.options());
        all.forStretches([&](std::int64_t sample, std::int64_t first, std::int64_t count) {
            const auto from = staggered(all.predictions[sample], first, count).to(at::kFloat);
            const auto to = all.gather(all.indices(sample, first, count));
            scores[sample].narrow(0, first, count).copy_(at::bmm(from, to.transpose(1, 2)));
        });
        // The columns of a product may round differently, but a positive that was drawn as its own
        // negative must tie with it: whether it counts as right depends on that.
        const auto same = (all.candidates == all.candidates.narrow(2, 0, 1)).unsqueeze(2);
        return at::where(same, scores.narrow(3, 0, 1), scores);
    }
};

/// log(1 + exp x): of a negative's score, the nats its loss takes; of a positive's, with -x.
at::Tensor logOnePlusExp(const at::Tensor& x)
{
    return at::softplus(x, 1, 100);
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

at::Tensor contrastiveScores(const at::Tensor& predictions, const at::Tensor& targets,
                             const at::Tensor& negatives, const ModelConfig& config)
{
    const auto batch = targets.size(0);
    const auto frames = targets.size(2);
    const auto offset = config.predictionOffset();
    const auto targetFrames = std::max<std::int64_t>(frames - offset, 0);
    const auto rows =
        targets.to(at::kFloat).transpose(1, 2).reshape({batch * frames, targets.size(1)});
    const auto own = at::arange(batch * frames, negatives.options()).view({batch, 1, frames});
    const auto candidates = at::cat({own, negatives.view({batch, -1, frames})}, 1)
                                .narrow(2, frames - targetFrames, targetFrames)
                                .transpose(1, 2)
                                .contiguous();
    const auto from = predictions.contiguous();
    const auto scores = c10::GradMode::is_enabled()
        ? ScoresFunction::apply(from, rows, candidates)
        : ScoresFunction::multiply({from, rows, candidates});
    return scores.flip(2).narrow(2, 0, stepsWithin(scores.size(2), targetFrames));
}

at::Tensor validScores(const at::Tensor& scores)
{
    const auto options = scores.options().dtype(at::kLong);
    return at::arange(scores.size(1), options).unsqueeze(1) >= at::arange(scores.size(2), options);
}

ScoreSums sumScores(const at::Tensor& scores, const ModelConfig& config)
{
    const auto exists = validScores(scores).to(at::kDouble);
    const auto logits = scores.to(at::kDouble);
    const auto positives = logits.select(3, 0); // [batch, target frames, steps]
    const auto negatives = logits.narrow(3, 1, logits.size(3) - 1);
    at::Tensor losses;
    if (config.infonce) {
        losses = at::logsumexp(logits, 3) - positives;
    } else {
        const double weight = config.balancedClasses ? 1.0 / config.numNegatives : 1.0;
        losses = logOnePlusExp(-positives) + logOnePlusExp(negatives).sum(3) * weight;
    }
    ScoreSums sums;
    sums.stepLoss = (losses * exists).sum(at::IntArrayRef({0, 1}));
    const c10::NoGradGuard plain;
    // Where all scores tie, the positive is the first and the last, and does not count as right.
    const auto right = positives >= negatives.amax(3);
    const auto tied = positives <= negatives.amin(3);
    sums.correct = (right.logical_and(tied.logical_not()).to(at::kDouble) * exists).sum();
    sums.positives = (positives * exists).sum();
    sums.negatives = (negatives.sum(3) * exists).sum();
    return sums;
}

std::vector<std::int64_t> positivesOfSteps(const at::Tensor& scores)
{
    std::vector<std::int64_t> counts;
    for (std::int64_t step = 0; step < scores.size(2); ++step)
        counts.push_back(scores.size(0) * (scores.size(1) - step));
    return counts;
}

LossReport summarizeLoss(const at::Tensor& scores, const ModelConfig& config)
{
    LossReport report;
    report.criterion = config.infonce ? Criterion::InfoNce : Criterion::Bce;
    report.negatives = config.numNegatives + config.crossSampleNegatives;
    const auto sums = sumScores(scores, config);
    const auto counts = positivesOfSteps(scores);
    for (std::size_t step = 0; step < counts.size(); ++step) {
        const auto loss = sums.stepLoss[static_cast<std::int64_t>(step)].item<double>();
        report.lossSum += loss;
        report.sampleSize += counts[step];
        report.bitsPerStep.push_back(loss / static_cast<double>(counts[step]) / std::numbers::ln2);
    }
    if (config.infonce) {
        report.correct = static_cast<std::int64_t>(sums.correct.item<double>());
        report.count = report.sampleSize;
    }
    const auto size = static_cast<double>(std::max<std::int64_t>(report.sampleSize, 1));
    report.bits = report.lossSum / size / std::numbers::ln2;
    report.positiveScoreMean = sums.positives.item<double>() / size;
    report.negativeScoreMean = sums.negatives.item<double>() / size / std::max(report.negatives, 1);
    return report;
}

} // namespace phono
