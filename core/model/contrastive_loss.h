#pragma once

#include "core/checkpoint/model_config.h"
#include "core/model/evaluate_loss.h"

#include <ATen/ATen.h>

#include <vector>

namespace phono {

/// Flat indices b * frames + t of the negatives, [batch, (numNegatives + crossSampleNegatives) *
/// frames], drawn from torch's default generator exactly as fairseq draws them, quirks and
/// discarded draw included (SPEC 2.1). Throws c10::Error when there is nothing to draw from.
at::Tensor sampleNegatives(std::int64_t batch, std::int64_t frames, const ModelConfig& config);

/// One prediction step's scores, [1 + negatives, batch, frames - offset - step]; the first copy
/// holds the positives. Empty steps (fewer frames than the offset) are left out. `predictions` is
/// [batch, channels, frames, steps], `targets` [batch, channels, frames].
std::vector<at::Tensor> contrastiveScores(const at::Tensor& predictions, const at::Tensor& targets,
                                          const at::Tensor& negatives, const ModelConfig& config);

/// All scores in the order in which the reference's criterion sees them (SPEC 3): BCE flat,
/// copy-major per step; InfoNCE [rows, 1 + negatives].
at::Tensor flattenScores(const std::vector<at::Tensor>& scores, Criterion criterion);

/// Sums and counts of the loss; `bits` and the means included.
LossReport summarizeLoss(const std::vector<at::Tensor>& scores, const ModelConfig& config,
                         Criterion criterion);

} // namespace phono
