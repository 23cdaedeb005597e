#include "core/train/negatives.h"

#include "core/model/contrastive_loss.h"

#include <vector>

namespace phono {
namespace {

/// Uniform over [0, count) without `excluded`, [batch, copies, frames].
at::Tensor drawOthers(std::int64_t count, std::int64_t batch, std::int64_t copies,
                      const at::Tensor& excluded)
{
    const auto drawn = at::randint(count - 1, {batch, copies, excluded.size(-1)}, at::kLong);
    return drawn + (drawn >= excluded).to(at::kLong);
}

at::Tensor drawExclusive(std::int64_t batch, std::int64_t frames, const ModelConfig& config)
{
    TORCH_CHECK(frames > 1, "the recordings have ", frames,
                " frame, but negatives can only be drawn from at least 2");
    TORCH_CHECK(config.numNegatives + config.crossSampleNegatives > 0,
                "the model has no negatives to draw");
    TORCH_CHECK(!config.sampleDistance,
                "exclusive negatives come from the whole recording: they cannot be drawn with a "
                "sample_distance");
    const auto own = at::arange(frames, at::kLong);
    const auto start = at::arange(batch, at::kLong).view({batch, 1, 1}) * frames;
    std::vector<at::Tensor> drawn;
    if (config.numNegatives > 0)
        drawn.push_back(drawOthers(frames, batch, config.numNegatives, own) + start);
    if (config.crossSampleNegatives > 0)
        drawn.push_back(
            drawOthers(batch * frames, batch, config.crossSampleNegatives, own + start));
    return at::cat(drawn, 1).view({batch, -1});
}

} // namespace

at::Tensor drawNegatives(std::int64_t batch, std::int64_t frames, const ModelConfig& config,
                         NegativeDraw draw)
{
    return draw == NegativeDraw::Exclusive ? drawExclusive(batch, frames, config)
                                           : sampleNegatives(batch, frames, config);
}

} // namespace phono
