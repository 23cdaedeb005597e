#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "core/export/export_command.h"

#include <csignal>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace phono::cli;

int runCommand(const CLI::App& app, const CommandLine& line, const std::vector<std::string>& words,
               Console& console, const std::stop_token& stop)
{
    const std::string name = app.get_subcommands().front()->get_name();
    if (name == "info")
        return runInfo(line.info, console, stop);
    if (name == "extract")
        return runExtract(line.extract, phono::shellCommand(words), console, stop);
    if (name == "loss")
        return runLoss(line.loss, console, stop);
    if (name == "convert")
        return runConvert(line.convert, console, stop);
    if (name == "train")
        return runTrain(line.train, words, console, stop);
    if (name == "pause" || name == "continue" || name == "stop")
        return runControl(name, line.control, console);
    if (name == "export-curves")
        return runExportCurves(line.exportRun, console, stop);
    if (name == "export-tensorboard")
        return runExportTensorBoard(line.exportRun, console, stop);
    if (name == "devices")
        return runDevices(line.devices, console);
    if (name == "record")
        return runRecord(line.record, console, stop);
    if (name == "manifest")
        return runManifest(line.manifest, console, stop);
    return runInit(line.init, console);
}

} // namespace

int main(int argc, char** argv)
{
    CommandLine line;
    const auto app = declareCommands(line);
    try {
        app->parse(argc, argv);
    } catch (const CLI::ParseError& stopped) {
        // --help and --version end parsing too, as successes.
        return app->exit(stopped) == 0 ? kDone : kWrongUsage;
    }
    // A file that may not grow beyond a limit is a full disk, not a reason to die.
    std::signal(SIGXFSZ, SIG_IGN);
    const Interrupt interrupt;
    Console console;
    try {
        const std::vector<std::string> words(argv, argv + argc);
        const int status = runCommand(*app, line, words, console, interrupt.token());
        if (console.resultsArrived())
            return status;
        console.message("cannot write to standard output");
    } catch (const std::bad_alloc&) {
        console.message("out of memory. Try a smaller --memory-limit, or shorter recordings.");
    } catch (const std::exception& failure) {
        console.message(std::string("failed: ") + failure.what());
    }
    return kFailed;
}
