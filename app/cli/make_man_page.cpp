#include "app/cli/command_line.h"
#include "app/cli/man_page.h"

#include <cstdio>

/// Prints the manual page of phonoscope-cli; the build calls it.
int main()
{
    phono::cli::CommandLine line;
    const auto app = phono::cli::declareCommands(line);
    const std::string page = phono::cli::manPage(*app, "phonoscope " PHONO_VERSION);
    return std::fputs(page.c_str(), stdout) < 0 ? 1 : 0;
}
