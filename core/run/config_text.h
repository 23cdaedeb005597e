#pragma once

#include "core/base/result.h"
#include "core/run/training_config.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// "base", "large", "tiny", "fairseq-large".
std::vector<std::string> presetNames();
/// The layout of that name with sensible settings for it; "fairseq-large" is fairseq's recipe to
/// the letter (SPEC 5), with the batches it drops.
Result<TrainingConfig> presetConfig(std::string_view name);

/// What the file leaves out has its value in the preset "large".
Result<TrainingConfig> readTrainingConfig(const std::filesystem::path& path);
/// TOML over `base`. `sourceName` stands in messages, with the line. Ranges are checked, but not
/// what the fields are together (TrainingConfig::validate()).
Result<TrainingConfig> parseTrainingConfig(std::string_view text, const std::string& sourceName,
                                           const TrainingConfig& base);
/// `name` is "section.key", `value` as in TOML or, for texts and words, without quotes.
Result<void> setField(TrainingConfig& config, std::string_view name, std::string_view value);
/// Reads back as the same configuration, over any base. Says above each key what it means.
std::string toToml(const TrainingConfig& config);

} // namespace phono
