#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/run/training_config.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// The checkpoints of a run: last.pt, best.pt and the step-NNNNNN.pt that are kept.
///
/// Every file appears complete or not at all, and replaces another one only then: neither a full
/// disk nor a kill loses what was saved before.
class CheckpointKeeper {
public:
    CheckpointKeeper(std::filesystem::path folder, TrainingConfig::CheckpointSection settings);

    /// Writes last.pt, which is best.pt too if `best`; a kept step if `step`. Returns the names
    /// written. Older steps beyond the settings are deleted afterwards.
    Result<std::vector<std::string>> save(const Checkpoint& model, const TrainingState& state,
                                          bool best, bool step) const;

    /// Where to go on: last.pt, or the newest kept step or best.pt if that one is damaged. Nothing
    /// if none was ever written; fails if all are damaged.
    struct Found {
        std::filesystem::path path;
        Checkpoint model;
        TrainingState state;
        std::vector<std::string> damaged; ///< why newer ones were passed over
    };
    Result<std::optional<Found>> newest() const;

private:
    Result<void> name(const std::string& name) const;
    std::vector<std::filesystem::path> steps() const;
    void dropOldSteps() const;

    std::filesystem::path m_folder;
    TrainingConfig::CheckpointSection m_settings;
};

} // namespace phono
