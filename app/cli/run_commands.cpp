#include "app/cli/commands.h"
#include "core/run/curve_export.h"
#include "core/run/run_control.h"
#include "core/run/run_directory.h"
#include "core/run/run_reader.h"

namespace phono::cli {

namespace {

Result<void> ask(const std::string& request, const std::string& path)
{
    const auto run = RunDirectory::open(path);
    if (!run)
        return run.error();
    if (request == "pause")
        return requestPause(*run);
    return request == "continue" ? requestContinue(*run) : requestStop(*run);
}

Result<RunHistory> historyOf(const std::string& path)
{
    const auto run = RunDirectory::open(path);
    return run ? readHistory(*run) : run.error();
}

int report(const Result<std::string>& written, Console& console)
{
    if (!written) {
        console.message(written.error().message);
        return kFailed;
    }
    console.result(*written + '\n');
    return kDone;
}

} // namespace

int runControl(const std::string& request, const ControlArguments& arguments, Console& console)
{
    if (const auto asked = ask(request, arguments.run); !asked) {
        console.message(asked.error().message);
        return kFailed;
    }
    return kDone;
}

int runExportCurves(const ExportRunArguments& arguments, Console& console,
                    const std::stop_token& stop)
{
    const auto write = [&]() -> Result<std::string> {
        const auto history = historyOf(arguments.run);
        if (!history)
            return history.error();
        const auto done = exportCsv(*history, arguments.out, arguments.force,
                                    console.progress(arguments.out, stop));
        return done ? Result<std::string>(arguments.out) : Result<std::string>(done.error());
    };
    return report(write(), console);
}

int runExportTensorBoard(const ExportRunArguments& arguments, Console& console,
                         const std::stop_token& stop)
{
    const auto write = [&]() -> Result<std::string> {
        const auto history = historyOf(arguments.run);
        if (!history)
            return history.error();
        const auto path = exportTensorBoard(*history, arguments.out, arguments.force,
                                            console.progress(arguments.out, stop));
        return path ? Result<std::string>(path->string()) : Result<std::string>(path.error());
    };
    return report(write(), console);
}

} // namespace phono::cli
