#pragma once

#include "core/base/result.h"
#include "core/checkpoint/model_config.h"
#include "core/checkpoint/weight_list.h"

#include <string>
#include <vector>

namespace phono {

/// An architecture worked out from shapes alone.
struct InferredConfig {
    ModelConfig config;
    std::vector<std::string> warnings; ///< what could not be known and was assumed
};

/// For weights without a configuration. Strides, log compression, skip connections of equal widths
/// and the activation are not in the weights: those of the published models are assumed, with a
/// warning. Fails, naming the tensor, if the weights are not those of a wav2vec model.
Result<InferredConfig> inferConfig(const WeightList& weights);

} // namespace phono
