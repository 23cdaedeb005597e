#pragma once

#include "core/run/training_config.h"

#include <QString>

#include <filesystem>

namespace phono {

/// The `phonoscope-cli train …` line that starts the run from a shell: the preset, and what
/// `config` has otherwise.
QString trainCommand(const QString& presetName, const TrainingConfig& preset,
                     const TrainingConfig& config, const std::filesystem::path& run);

} // namespace phono
