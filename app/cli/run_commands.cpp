#include "app/cli/commands.h"
#include "core/run/run_control.h"
#include "core/run/run_directory.h"

namespace phono::cli {

int runControl(const std::string& request, const ControlArguments& arguments, Console& console)
{
    const auto run = RunDirectory::open(arguments.run);
    if (!run) {
        console.message(run.error().message);
        return kFailed;
    }
    const auto asked = request == "pause" ? requestPause(*run)
        : request == "continue"           ? requestContinue(*run)
                                          : requestStop(*run);
    if (asked)
        return kDone;
    console.message(asked.error().message);
    return kFailed;
}

} // namespace phono::cli
