#pragma once

#include "core/checkpoint/model_config.h"
#include "core/model/evaluate_loss.h"

#include <ATen/ATen.h>

namespace phono {

/// Flat indices b * frames + t of the negatives, [batch, (numNegatives + crossSampleNegatives) *
/// frames], drawn from torch's default generator exactly as fairseq draws them, quirks and
/// discarded draw included (SPEC 2.1). Throws c10::Error when there is nothing to draw from.
at::Tensor sampleNegatives(std::int64_t batch, std::int64_t frames, const ModelConfig& config);

/// All scores of a batch, float, [batch, target frames, steps, 1 + negatives]: how well that which
/// step s predicts of target frame `offset` + j fits that frame (first) and its negatives. Steps
/// with no score at all are left out; so are all when there are no more frames than the offset.
///
/// `predictions` are Graph::predictions(), `targets` [batch, channels, frames], `negatives` as
/// sampleNegatives() gives them, on the same device. Can be differentiated; neither pass takes much
/// memory beyond its arguments and results.
at::Tensor contrastiveScores(const at::Tensor& predictions, const at::Tensor& targets,
                             const at::Tensor& negatives, const ModelConfig& config);

/// Which scores there are, [target frames, steps], bool: step s says nothing of the first s target
/// frames, where contrastiveScores() is without meaning.
at::Tensor validScores(const at::Tensor& scores);

/// Sums over a batch's scores on their device, in nats, double.
struct ScoreSums {
    at::Tensor stepLoss; ///< [steps]; can be differentiated
    at::Tensor positives; ///< of scores, a scalar as the following
    at::Tensor negatives;
    at::Tensor correct; ///< positives above all their negatives, where not all scores tie
};
/// The loss is InfoNCE or BCE, balanced or not, as `config` says (SPEC 3).
ScoreSums sumScores(const at::Tensor& scores, const ModelConfig& config);

/// The positives of each step: batch * (target frames - step).
std::vector<std::int64_t> positivesOfSteps(const at::Tensor& scores);

/// Sums and counts of the loss; `bits` and the means included.
LossReport summarizeLoss(const at::Tensor& scores, const ModelConfig& config);

} // namespace phono
