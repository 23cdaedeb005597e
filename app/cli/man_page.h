#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace phono::cli {

/// The manual page (section 1, roff with man macros) of a program as its parser declares it: all
/// its commands with their arguments and options.
std::string manPage(const CLI::App& app, const std::string& version);

} // namespace phono::cli
