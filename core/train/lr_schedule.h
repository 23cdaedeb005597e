#pragma once

#include "core/run/training_config.h"

#include <cstdint>

namespace phono {

/// The learning rate with which update number `updates` + 1 is made: fairseq's cosine schedule
/// with warm-up and restarts, or its fixed one (SPEC 5).
double learningRate(const TrainingConfig& config, std::int64_t updates);

} // namespace phono
