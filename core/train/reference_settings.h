#pragma once

#include "core/checkpoint/training_state.h"
#include "core/run/training_config.h"

#include <string>
#include <utility>
#include <vector>

namespace phono {

/// The sections of fairseq's cfg that describe this training, with the keys fairseq knows; the
/// model's is not among them.
std::vector<std::pair<std::string, NamedFields>> referenceSettings(const TrainingConfig& config);

} // namespace phono
