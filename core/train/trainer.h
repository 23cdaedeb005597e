#pragma once

#include "core/base/result.h"
#include "core/run/run_event.h"
#include "core/run/training_config.h"
#include "core/train/process_place.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace phono {

/// What to train and where.
struct TrainJob {
    /// The run directory: made for a new run, which must not be there yet.
    std::filesystem::path run;
    /// Of a new run; empty to go on with the run's own from its newest checkpoint.
    std::optional<TrainingConfig> config;
    /// Applied to the configuration of a run that goes on: "section.key", "value".
    std::vector<std::pair<std::string, std::string>> changes;
    ProcessPlace place;
    /// Hears every event that is logged, on the calling thread; may be empty. Silent in all
    /// processes but the first.
    std::function<void(const RunEvent&)> heard;
};

enum class RunEnd { Finished, Stopped };

/// Trains until the last update, until `stop` or the run directory's control asks to stop, or until
/// something fails; in the latter case the run's log says so, too. Whatever was saved stays.
///
/// A run that is resumed on the processor with as many threads and processes makes the same numbers
/// to the last bit as one that was never interrupted.
Result<RunEnd> train(const TrainJob& job, const std::stop_token& stop);

} // namespace phono
