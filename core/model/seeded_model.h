#pragma once

#include "core/checkpoint/checkpoint.h"

#include <cstdint>

namespace phono {

/// A model with random weights, drawn as fairseq draws them after torch.manual_seed(seed) (SPEC 6,
/// "Initialisation").
///
/// Proven against the reference, number for number, for convolutional models without a quantizer
/// and without project_features; the others follow its source.
Result<Checkpoint> seededModel(const ModelConfig& config, std::uint64_t seed);

} // namespace phono
