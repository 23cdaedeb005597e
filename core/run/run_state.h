#pragma once

#include "core/base/result.h"
#include "core/run/process_identity.h"
#include "core/run/run_directory.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace phono {

enum class RunStatus {
    Starting,
    Running,
    Paused,
    Stopping,
    Stopped, ///< can be resumed
    Failed,
    Finished,
    Interrupted, ///< the process ended without a word; never written, see currentStatus()
};

/// "starting", "running", …
std::string_view wordOf(RunStatus status);
/// Starting, running, paused or stopping: a process should be there.
bool isLive(RunStatus status);

/// What the trainer last said of itself in state.json.
struct RunState {
    ProcessIdentity process;
    RunStatus status = RunStatus::Starting;
    std::int64_t update = 0;
    /// Seconds since 1970. A live process writes anew with each status and, while it gets on,
    /// every 15 seconds: one that is silent for much longer hangs.
    double time = 0;
    bool operator==(const RunState&) const = default;
};

/// Nothing if the run has no state.json yet. Fails on a damaged one.
Result<std::optional<RunState>> readState(const RunDirectory& run);
/// Complete or not at all, and lasting: two fsyncs, so not for every update.
Result<void> writeState(const RunDirectory& run, const RunState& state);

/// The state's status; Interrupted if it is a live one and the process is gone. Of a process on
/// another host only what it wrote is known.
RunStatus currentStatus(const RunState& state);

} // namespace phono
