#pragma once

#include "core/export/feature_export.h"

#include <filesystem>
#include <span>
#include <string>

namespace phono {

/// The words as one line for a POSIX shell, quoted where needed.
std::string shellCommand(std::span<const std::string> words);

/// Settings of the computation that a command line names; empty or 0 stand for the default.
struct ComputeChoice {
    std::string device;
    std::string precision;
    int threads = 0;
};

/// The `phonoscope-cli extract …` line that writes the same files from a shell.
std::string exportCommand(const std::filesystem::path& checkpoint,
                          const std::filesystem::path& audio, const ExportOptions& options,
                          const ComputeChoice& choice);

} // namespace phono
