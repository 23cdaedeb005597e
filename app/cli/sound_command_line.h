#pragma once

#include "app/cli/command_line.h"

namespace phono::cli {

/// Declares record and devices.
void declareSoundCommands(CLI::App& app, CommandLine& line);

} // namespace phono::cli
