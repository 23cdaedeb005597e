#pragma once

#include "core/run/run_event.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace phono {

/// Sums over one batch, in nats, of which losses and metrics are made (SPEC 3).
struct BatchSums {
    double loss = 0; ///< all steps and the quantizer's extra losses: what was differentiated
    std::vector<double> stepLoss; ///< per prediction step, without extra losses
    std::vector<std::int64_t> stepPositives;
    std::int64_t positives = 0; ///< the gradient's denominator
    std::int64_t negatives = 0;
    std::int64_t correct = 0; ///< positives above all their negatives; ties as the reference has it
    double positiveSum = 0; ///< of scores
    double negativeSum = 0;
    std::optional<double> codePerplexity; ///< vq models only

    void add(const BatchSums& other);
    TaskMetrics metrics() const;
};

} // namespace phono
