#pragma once

#include "core/run/config_field.h"
#include "core/run/training_config.h"

#include <QString>

#include <filesystem>
#include <string>

namespace phono {

/// As --set and the fields of a form take it: texts and words without quotes.
std::string plainText(const FieldValue& value);

/// The `phonoscope-cli train …` line that starts the run from a shell: the preset, and what
/// `config` has otherwise.
QString trainCommand(const QString& presetName, const TrainingConfig& preset,
                     const TrainingConfig& config, const std::filesystem::path& run);

} // namespace phono
