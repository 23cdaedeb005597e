#include "core/train/contrastive_step.h"

#include "core/train/contrastive_loops.h"
#include "core/train/parallel.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr std::int64_t kPartFrames = 16;

struct FrameRange {
    std::int64_t item = 0;
    std::int64_t first = 0;
    std::int64_t end = 0;
};

std::int64_t partsOf(const ContrastiveStep::Task& task)
{
    return (task.frames + kPartFrames - 1) / kPartFrames;
}

FrameRange rangeOf(const ContrastiveStep::Task& task, std::int64_t part)
{
    const auto first = part % partsOf(task) * kPartFrames;
    return {part / partsOf(task), first, std::min(task.frames, first + kPartFrames)};
}

/// Steps that predict `frame` from a frame of the recording.
std::size_t stepsTo(const ContrastiveStep::Task& task, std::int64_t frame)
{
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(frame - task.offset + 1, 0, task.steps));
}

double softplus(float x)
{
    return static_cast<double>(std::max(x, 0.0F) + std::log1p(std::exp(-std::fabs(x))));
}

float sigmoid(float x)
{
    return 1.0F / (1.0F + std::exp(-x));
}

void count(std::vector<std::int64_t>& bins, const ScoreHistogram& histogram, float score)
{
    if (bins.empty())
        return;
    const double bin = std::floor((static_cast<double>(score) - histogram.first) / histogram.width);
    const double last = static_cast<double>(bins.size() - 1);
    // The negated comparison also sends NaN into the first bin.
    ++bins[!(bin > 0) ? 0 : static_cast<std::size_t>(std::min(bin, last))];
}

} // namespace

struct ContrastiveStep::Part {
    std::vector<double> loss; // per step
    std::vector<std::int64_t> positives;
    std::int64_t correct = 0;
    double positiveSum = 0;
    double negativeSum = 0;
    ScoreHistogram histogram; // empty when not wanted
};

std::int64_t ContrastiveStep::flatFrame(const Task& task, const Rows& rows, std::int64_t item,
                                        std::int64_t frame, std::int64_t copy)
{
    if (copy == 0)
        return item * task.frames + frame;
    return rows.negatives[(item * task.negatives + copy - 1) * task.frames + frame];
}

const float* ContrastiveStep::targetRow(const Task& task, const Rows& rows, std::int64_t flat)
{
    return rows.targets->row(flat / task.frames, flat % task.frames);
}

/// Turns one prediction's scores into sums and into the loss's derivatives.
void ContrastiveStep::finishStep(const Task& task, float* scores, std::size_t step,
                                 Part& part) const
{
    const auto copies = static_cast<std::size_t>(task.negatives) + 1;
    const float positive = scores[0];
    float largest = -INFINITY;
    float smallest = INFINITY;
    for (std::size_t k = 1; k < copies; ++k) {
        largest = std::max(largest, scores[k]);
        smallest = std::min(smallest, scores[k]);
        part.negativeSum += static_cast<double>(scores[k]);
        count(part.histogram.negatives, part.histogram, scores[k]);
    }
    count(part.histogram.positives, part.histogram, positive);
    part.positiveSum += static_cast<double>(positive);
    // A row in which all scores tie is both first and last, and does not count as right.
    part.correct += positive >= largest && positive > smallest ? 1 : 0;
    ++part.positives[step];

    double loss = 0;
    if (task.infonce) {
        const float top = std::max(positive, largest);
        double sum = 0;
        for (std::size_t k = 0; k < copies; ++k)
            sum += std::exp(static_cast<double>(scores[k] - top));
        loss = std::log(sum) + static_cast<double>(top - positive);
        for (std::size_t k = 0; k < copies; ++k)
            scores[k] = static_cast<float>(std::exp(static_cast<double>(scores[k] - top)) / sum);
        scores[0] -= 1;
    } else {
        const auto weight = static_cast<float>(task.negativeWeight);
        for (std::size_t k = 1; k < copies; ++k) {
            loss += task.negativeWeight * softplus(scores[k]);
            scores[k] = weight * sigmoid(scores[k]);
        }
        loss += softplus(-positive);
        scores[0] = -sigmoid(-positive);
    }
    part.loss[step] += loss;
}

void ContrastiveStep::scoreFrame(const Task& task, const Rows& rows, std::int64_t item,
                                 std::int64_t frame, Part& part)
{
    const auto steps = stepsTo(task, frame);
    if (steps == 0)
        return;
    const auto copies = static_cast<std::size_t>(task.negatives) + 1;
    std::vector<const float*> predictions(steps);
    for (std::size_t i = 0; i < steps; ++i)
        predictions[i] = rows.predictions->row(item, frame) + i * task.width;
    std::vector<const float*> candidates(copies);
    for (std::size_t k = 0; k < copies; ++k)
        candidates[k] =
            targetRow(task, rows, flatFrame(task, rows, item, frame, static_cast<std::int64_t>(k)));
    float* scores = factors(task, item * task.frames + frame);
    scoreRows(predictions.data(), steps, candidates.data(), copies, task.width, scores);
    for (std::size_t i = 0; i < steps; ++i)
        finishStep(task, scores + i * copies, i, part);
}

BatchSums ContrastiveStep::score(const Task& task, const Rows& rows, ScoreHistogram* histogram,
                                 int threads)
{
    m_factors.resize(static_cast<std::size_t>(task.items * task.frames) * factorCount(task));
    const auto active = static_cast<std::size_t>(
        std::clamp<std::int64_t>(task.frames - task.offset, 0, task.steps));
    Part empty;
    empty.loss.resize(active);
    empty.positives.resize(active);
    if (histogram) {
        empty.histogram = *histogram;
        std::ranges::fill(empty.histogram.positives, 0);
        std::ranges::fill(empty.histogram.negatives, 0);
    }
    std::vector<Part> parts(static_cast<std::size_t>(task.items * partsOf(task)), empty);
    parallelFor(threads, static_cast<std::int64_t>(parts.size()), [&](std::int64_t index, int) {
        const auto range = rangeOf(task, index);
        for (auto frame = range.first; frame < range.end; ++frame)
            scoreFrame(task, rows, range.item, frame, parts[static_cast<std::size_t>(index)]);
    });

    BatchSums sums;
    sums.stepLoss.resize(active);
    sums.stepPositives.resize(active);
    for (const auto& part : parts) {
        for (std::size_t i = 0; i < active; ++i) {
            sums.stepLoss[i] += part.loss[i];
            sums.stepPositives[i] += part.positives[i];
        }
        sums.correct += part.correct;
        sums.positiveSum += part.positiveSum;
        sums.negativeSum += part.negativeSum;
        for (std::size_t i = 0; i < part.histogram.positives.size(); ++i)
            histogram->positives[i] += part.histogram.positives[i];
        for (std::size_t i = 0; i < part.histogram.negatives.size(); ++i)
            histogram->negatives[i] += part.histogram.negatives[i];
    }
    for (std::size_t i = 0; i < active; ++i) {
        sums.loss += sums.stepLoss[i];
        sums.positives += sums.stepPositives[i];
    }
    sums.negatives = sums.positives * task.negatives;
    return sums;
}

template <typename Number>
void ContrastiveStep::predictionGradients(const Task& task, const Rows& rows,
                                          RowBuffer<Number>& gradients, float* bias, int channels,
                                          int threads) const
{
    const auto copies = static_cast<std::size_t>(task.negatives) + 1;
    const auto parts = task.items * partsOf(task);
    std::vector<float> biases(static_cast<std::size_t>(parts) * task.width, 0.0F);
    parallelFor(threads, parts, [&](std::int64_t index, int) {
        const auto range = rangeOf(task, index);
        float* partBias = biases.data() + static_cast<std::size_t>(index) * task.width;
        std::vector<const float*> candidates(copies);
        std::vector<float> row(task.width);
        for (auto frame = range.first; frame < range.end; ++frame) {
            for (std::size_t k = 0; k < copies; ++k)
                candidates[k] = targetRow(
                    task, rows,
                    flatFrame(task, rows, range.item, frame, static_cast<std::int64_t>(k)));
            const float* weights = factors(task, range.item * task.frames + frame);
            for (std::size_t i = 0; i < stepsTo(task, frame); ++i) {
                weighRows(candidates.data(), weights + i * copies, copies, task.width, false,
                          row.data());
                addRow(row.data(), task.width, partBias);
                convertRow(row.data(), task.width,
                           gradients.row(range.item, frame) + i * task.width);
            }
        }
    });
    for (std::int64_t part = 0; part < parts; ++part)
        addRow(biases.data() + static_cast<std::size_t>(part) * task.width,
               static_cast<std::size_t>(channels), bias);
}

template void ContrastiveStep::predictionGradients(const Task&, const Rows&, RowBuffer<float>&,
                                                   float*, int, int) const;
template void ContrastiveStep::predictionGradients(const Task&, const Rows&, RowBuffer<BFloat16>&,
                                                   float*, int, int) const;

void ContrastiveStep::targetGradients(const Task& task, const Rows& rows,
                                      RowBuffer<float>& gradients, int threads) const
{
    const auto copies = static_cast<std::int64_t>(task.negatives) + 1;
    const auto total = task.items * task.frames;
    // Which frames and copies read each target row, in order.
    std::vector<std::int64_t> begin(static_cast<std::size_t>(total) + 1, 0);
    const auto forEach = [&](const auto& visit) {
        for (std::int64_t item = 0; item < task.items; ++item)
            for (std::int64_t copy = 0; copy < copies; ++copy)
                for (std::int64_t frame = 0; frame < task.frames; ++frame)
                    visit(flatFrame(task, rows, item, frame, copy),
                          (item * task.frames + frame) * copies + copy);
    };
    forEach([&](std::int64_t flat, std::int64_t) { ++begin[static_cast<std::size_t>(flat) + 1]; });
    for (std::size_t i = 1; i < begin.size(); ++i)
        begin[i] += begin[i - 1];
    std::vector<std::int64_t> readers(static_cast<std::size_t>(total * copies));
    auto next = begin;
    forEach([&](std::int64_t flat, std::int64_t reader) {
        readers[static_cast<std::size_t>(next[static_cast<std::size_t>(flat)]++)] = reader;
    });

    parallelFor(threads, total, [&](std::int64_t flat, int) {
        std::vector<const float*> predictions(static_cast<std::size_t>(task.steps));
        std::vector<float> weights(predictions.size());
        float* out = gradients.row(flat / task.frames, flat % task.frames);
        std::fill_n(out, task.width, 0.0F);
        for (auto i = begin[static_cast<std::size_t>(flat)];
             i < begin[static_cast<std::size_t>(flat) + 1]; ++i) {
            const auto reader = readers[static_cast<std::size_t>(i)];
            const auto frame = reader / copies;
            const auto steps = stepsTo(task, frame % task.frames);
            const float* row = rows.predictions->row(frame / task.frames, frame % task.frames);
            const float* from = factors(task, frame) + reader % copies;
            for (std::size_t s = 0; s < steps; ++s) {
                predictions[s] = row + s * task.width;
                weights[s] = from[s * static_cast<std::size_t>(copies)];
            }
            weighRows(predictions.data(), weights.data(), steps, task.width, true, out);
        }
    });
}

} // namespace phono
