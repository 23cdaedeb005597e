#include "core/model/evaluate_loss.h"

#include "core/model/contrastive_loss.h"
#include "core/model/graph.h"
#include "core/model/tiles.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace phono {
namespace {

at::Tensor toBatch(std::span<const Waveform> recordings, std::int64_t samples)
{
    auto batch = at::empty({static_cast<std::int64_t>(recordings.size()), samples}, at::kFloat);
    for (std::size_t i = 0; i < recordings.size(); ++i)
        std::copy_n(recordings[i].samples().data(), samples,
                    batch.data_ptr<float>() + static_cast<std::int64_t>(i) * samples);
    return batch;
}

} // namespace

Result<LossReport> evaluateLoss(const Checkpoint& checkpoint, std::span<const Waveform> batch,
                                const LossOptions& options, const Progress& progress)
{
    if (batch.empty())
        return Error{"there is no audio to compute the loss on"};
    const auto shortest = std::ranges::min_element(batch, {}, &Waveform::size)->size();
    const auto& config = checkpoint.config;
    if (config.frames(shortest) < 2)
        return Error{"the shortest recording has " + std::to_string(shortest)
                     + " samples, which give fewer than the 2 frames that the loss needs"};
    return withTorch<LossReport>("the loss cannot be computed", [&]() -> Result<LossReport> {
        const c10::InferenceMode guard;
        at::set_num_threads(options.threads > 0 ? options.threads : physicalCores());
        const Graph graph(checkpoint, at::kCPU);
        progress("computing z and c", 0);
        const auto output = graph.forward(toBatch(batch, shortest));
        if (progress.cancelled())
            return Error::cancelled();
        progress("scoring", 0.7);
        const auto targets = graph.targets(output);
        at::manual_seed(options.seed);
        auto task = config;
        if (options.criterion)
            task.infonce = *options.criterion == Criterion::InfoNce;
        const auto negatives = sampleNegatives(targets.size(0), targets.size(2), task);
        auto report = summarizeLoss(
            contrastiveScores(graph.predictions(output.c), targets, negatives, task), task);
        report.frames = targets.size(2);
        return report;
    });
}

} // namespace phono
