#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"

namespace phono {

/// What a watcher wants of the trainer. It holds until another request is made: a trainer pauses
/// for as long as it reads Pause.
enum class RunRequest { Continue, Pause, Stop };

// Each fails if, as far as this host can know, nobody trains there.
Result<void> requestPause(const RunDirectory& run);
Result<void> requestContinue(const RunDirectory& run);
/// Finish the update, write a checkpoint, end.
Result<void> requestStop(const RunDirectory& run);

/// For the trainer, which asks after each update and while it pauses; takes microseconds. Continue
/// if nothing was requested.
RunRequest pendingRequest(const RunDirectory& run);
/// Nothing is requested any more.
Result<void> clearRequest(const RunDirectory& run);

} // namespace phono
