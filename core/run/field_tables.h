#pragma once

#include "core/run/config_field.h"

#include <vector>

namespace phono {

// What configFields() is made of.

/// Sections common, task and dataset.
void appendDataFields(std::vector<ConfigField>& fields);
/// Section model: fairseq's Wav2VecConfig, but for infonce, which is the criterion's.
void appendModelFields(std::vector<ConfigField>& fields);
/// The other sections.
void appendTrainingFields(std::vector<ConfigField>& fields);

} // namespace phono
