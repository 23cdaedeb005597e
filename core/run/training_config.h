#pragma once

#include "core/base/result.h"
#include "core/checkpoint/model_config.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// How negatives are drawn: exactly as fairseq does, which excludes a wrong frame (SPEC 2.1), or so
/// that a positive is never its own negative.
enum class NegativeDraw { Reference, Exclusive };

/// Everything that a pretraining run is told, in sections and under keys named as fairseq's; keys
/// that fairseq has not are marked. The defaults are fairseq's recipe for wav2vec (SPEC 5), but for
/// clip_norm (HEAD's default, off).
struct TrainingConfig {
    struct Common {
        std::uint64_t seed = 1;
        int logInterval = 1; ///< updates per line of the log
        bool fp16 = false; ///< CUDA only
        bool bf16 = false;
        double fp16InitScale = 128;
        int fp16ScaleWindow =
            0; ///< updates until the scale doubles; 0: 2^14 / processes / update_freq
        double minLossScale = 1e-4;
        std::string device = "auto"; ///< ours: auto, cpu, cuda, cuda:N
        int threads = 0; ///< ours: 0 means the physical cores
        bool operator==(const Common&) const = default;
    };
    struct Task {
        std::string data; ///< folder of recordings, or manifest
        std::string valid; ///< ours: the same for validation; empty: taken from `data`
        double validPercent =
            0.01; ///< ours: share of `data` kept for validation when `valid` is empty
        std::int64_t maxSampleSize = 150000; ///< samples
        std::int64_t minSampleSize = 0; ///< shorter recordings are left out
        bool normalize = false;
        bool operator==(const Task&) const = default;
    };
    struct Dataset {
        std::int64_t maxTokens = 1500000; ///< samples per batch and process; 0: no limit
        int batchSize = 0; ///< recordings per batch and process; 0: no limit
        int numWorkers = 2; ///< decoding threads
        int validateIntervalUpdates = 1000; ///< 0: only at the end
        int requiredBatchSizeMultiple = 8; ///< acts with reference_batching only
        bool referenceBatching = false; ///< ours: cut and drop batches as fairseq does
        bool operator==(const Dataset&) const = default;
    };
    struct Criterion {
        bool infonce = false;
        std::vector<double> lossWeights; ///< of the quantizer's extra losses
        NegativeDraw negatives = NegativeDraw::Reference; ///< ours
        bool operator==(const Criterion&) const = default;
    };
    struct Optimization {
        std::int64_t maxUpdate = 400000;
        int maxEpoch = 0; ///< 0: no limit
        double stopTimeHours = 0; ///< 0: no limit
        double lr = 0.005;
        double clipNorm = 0; ///< 0: off
        int updateFreq = 1; ///< batches whose gradients are summed for one update
        bool operator==(const Optimization&) const = default;
    };
    struct Optimizer {
        std::array<double, 2> adamBetas = {0.9, 0.999};
        double adamEps = 1e-8;
        double weightDecay = 0;
        bool operator==(const Optimizer&) const = default;
    };
    struct LrScheduler {
        std::string name = "cosine"; ///< key `_name`: cosine or fixed
        int warmupUpdates = 500;
        double warmupInitLr = 1e-7;
        double minLr = 1e-6;
        std::int64_t lrPeriodUpdates = -1; ///< -1: max_update - warmup_updates
        double tMult = 1;
        double lrShrink = 0.1;
        bool operator==(const LrScheduler&) const = default;
    };
    struct CheckpointSection {
        int saveIntervalUpdates = 1000; ///< writes last.pt
        int keepIntervalUpdates = 0; ///< saves kept as step-NNNNNN.pt: the newest N; -1: all
        int keepIntervalUpdatesPattern =
            -1; ///< of those, updates divisible by it are never deleted
        bool operator==(const CheckpointSection&) const = default;
    };
    struct Distributed {
        double bucketCapMb = 25; ///< gradients reduced together
        double timeoutSeconds = 600; ///< ours: a silent peer ends the run
        bool operator==(const Distributed&) const = default;
    };

    ModelConfig model; ///< model.infonce is criterion.infonce
    Common common;
    Task task;
    Dataset dataset;
    Criterion criterion;
    Optimization optimization;
    Optimizer optimizer;
    LrScheduler lrScheduler;
    CheckpointSection checkpoint;
    Distributed distributed; ///< section distributed_training

    bool operator==(const TrainingConfig&) const = default;

    /// What cannot be trained, naming section.key.
    Result<void> validate() const;
};

} // namespace phono
