#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace phono::cli {

// Options that several commands have.

inline void addThreads(CLI::App* command, int& threads)
{
    command->add_option("--threads", threads, "processor threads; the physical cores by default")
        ->type_name("N")
        ->check(CLI::Range(1, 1024).description(""));
}

inline void addForce(CLI::App* command, bool& force)
{
    command->add_flag("--force", force, "replace files that exist");
}

} // namespace phono::cli
