#pragma once

#include "core/checkpoint/checkpoint.h"

#include <cstdint>

namespace phono {

/// A model with random weights, drawn exactly as fairseq draws them after
/// torch.manual_seed(seed) (SPEC 6, "Initialisation").
Result<Checkpoint> seededModel(const ModelConfig& config, std::uint64_t seed);

} // namespace phono
