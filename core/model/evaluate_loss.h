#pragma once

#include "core/base/progress.h"
#include "core/base/sample_source.h"
#include "core/checkpoint/checkpoint.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace phono {

enum class Criterion { Bce, InfoNce };

struct LossOptions {
    std::uint64_t seed = 1; ///< torch's generator is seeded with it right before the negatives
    std::optional<Criterion> criterion; ///< empty: what the checkpoint's configuration says
    int threads = 0; ///< 0: the physical cores
};

/// The contrastive loss of one batch, as fairseq's criterion reports it (SPEC 3).
struct LossReport {
    Criterion criterion = Criterion::Bce;
    double lossSum = 0; ///< over all logits, in nats
    std::int64_t sampleSize = 0; ///< positives
    double bits = 0; ///< lossSum / sampleSize / ln 2
    /// The same, per prediction step (first entry: the nearest frame).
    std::vector<double> bitsPerStep;
    std::int64_t correct = 0; ///< InfoNCE only
    std::int64_t count = 0; ///< rows, InfoNCE only
    std::int64_t frames = 0; ///< per recording
    int negatives = 0; ///< in-sample and cross-sample ones
    double positiveScoreMean = 0;
    double negativeScoreMean = 0;
};

/// The loss on one batch; recordings longer than the shortest are cut to its length (from their
/// start). Negatives are drawn as in SPEC 2.1.
Result<LossReport> evaluateLoss(const Checkpoint& checkpoint, std::span<const Waveform> batch,
                                const LossOptions& options, const Progress& progress = {});

} // namespace phono
