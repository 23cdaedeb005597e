#pragma once

#include "core/checkpoint/pickle_value.h"

#include <string>
#include <utility>
#include <vector>

namespace phono {

/// The entry that says whether the file holds the state of an optimizer.
inline constexpr const char* kOptimizerStateEntry = "optimizer state";

/// What a checkpoint's dictionary says of where the model came from, for people: names and values,
/// fit to be shown.
std::vector<std::pair<std::string, std::string>> provenanceOf(const PickleValue& root);

} // namespace phono
