#pragma once

#include "app/cli/command_line.h"

namespace phono::cli {

/// The commands about training runs: train, pause, continue, stop, export-curves,
/// export-tensorboard.
void declareRunCommands(CLI::App& app, CommandLine& line);

} // namespace phono::cli
