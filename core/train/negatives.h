#pragma once

#include "core/checkpoint/model_config.h"
#include "core/run/training_config.h"

#include <ATen/ATen.h>

namespace phono {

/// Negatives in the form of sampleNegatives(), from torch's default generator of the processor.
///
/// With NegativeDraw::Exclusive every negative is drawn uniformly from the frames other than the
/// positive: from those of the same sample, and then, for cross-sample negatives, from those of the
/// whole batch. Throws c10::Error when there is nothing to draw from.
at::Tensor drawNegatives(std::int64_t batch, std::int64_t frames, const ModelConfig& config,
                         NegativeDraw draw);

} // namespace phono
