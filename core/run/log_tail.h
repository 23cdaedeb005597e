#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"

#include <string>

namespace phono {

inline constexpr int kLogTailLines = 40;

/// The last lines of a run's log.txt, at most kLogTailLines, for people to read: without what
/// moves a terminal's cursor or colours it, and of a line that wrote over itself only what was left
/// in the end. Long lines are cut. Reads a few kilobytes, however long the log is; empty without
/// one.
Result<std::string> readLogTail(const RunDirectory& run);

} // namespace phono
