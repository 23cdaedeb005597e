#pragma once

#include "core/base/result.h"

#include <span>
#include <stop_token>
#include <string>

namespace phono::cli {

/// Runs this program `count` times with `arguments` (without the program's name), told by the
/// environment which process each is and where they meet, as torchrun does. Passes a stop request
/// on, and ends the others in order when one fails. Returns the first exit status that is not 0.
/// Should this process die, the others are asked to stop.
Result<int> runLocalProcesses(int count, std::span<const std::string> arguments,
                              const std::stop_token& stop);

} // namespace phono::cli
