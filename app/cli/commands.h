#pragma once

#include "app/cli/command_line.h"
#include "app/cli/console.h"

#include <span>
#include <stop_token>
#include <string>

namespace phono::cli {

// Exit statuses.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

/// The commands of phonoscope-cli. Each says on the console what it found or why it failed, and
/// returns the exit status of the program.
int runInfo(const InfoArguments& arguments, Console& console, const std::stop_token& stop);
/// `commandLine` goes into the sidecars.
int runExtract(const ExtractArguments& arguments, const std::string& commandLine, Console& console,
               const std::stop_token& stop);
int runLoss(const LossArguments& arguments, Console& console, const std::stop_token& stop);
int runConvert(const ConvertArguments& arguments, Console& console, const std::stop_token& stop);
int runInit(const InitArguments& arguments, Console& console);
/// `words` are the whole command line, the program first.
int runTrain(const TrainArguments& arguments, std::span<const std::string> words, Console& console,
             const std::stop_token& stop);
/// `request` is pause, continue or stop.
int runControl(const std::string& request, const ControlArguments& arguments, Console& console);
int runExportCurves(const ExportRunArguments& arguments, Console& console,
                    const std::stop_token& stop);
int runExportTensorBoard(const ExportRunArguments& arguments, Console& console,
                         const std::stop_token& stop);
int runDevices(const DevicesArguments& arguments, Console& console);
/// Ctrl+C ends the take in order.
int runRecord(const RecordArguments& arguments, Console& console, const std::stop_token& stop);
int runManifest(const ManifestArguments& arguments, Console& console, const std::stop_token& stop);

} // namespace phono::cli
