#include "app/cli/commands.h"
#include "app/cli/local_processes.h"
#include "core/run/config_text.h"
#include "core/run/run_control.h"
#include "core/train/trainer.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace phono::cli {
namespace {

std::vector<std::pair<std::string, std::string>> changesOf(const TrainArguments& arguments)
{
    std::vector<std::pair<std::string, std::string>> changes;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            changes.emplace_back(name, value);
    };
    const auto absolute = [](const std::string& path) {
        return path.empty() ? path : std::filesystem::absolute(path).string();
    };
    add("task.data", absolute(arguments.data));
    add("task.valid", absolute(arguments.valid));
    add("common.device", arguments.device);
    if (!arguments.precision.empty()) {
        add("common.bf16", arguments.precision == "bf16" ? "true" : "false");
        add("common.fp16", arguments.precision == "fp16" ? "true" : "false");
    }
    if (arguments.threads > 0)
        add("common.threads", std::to_string(arguments.threads));
    for (const auto& text : arguments.changes) {
        const auto equals = text.find('=');
        changes.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return changes;
}

/// Of a new run: the preset or file, then what the command line says.
Result<TrainingConfig> configOf(const TrainArguments& arguments)
{
    auto config = arguments.config.empty() ? presetConfig(arguments.preset)
                                           : readTrainingConfig(arguments.config);
    if (!config)
        return config;
    for (const auto& [name, value] : changesOf(arguments))
        if (auto set = setField(*config, name, value); !set)
            return set.error();
    return config;
}

std::string number(const char* format, double value)
{
    char text[40];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

/// "1 h 02 min", "3 min 05 s", "12 s"
std::string duration(double seconds)
{
    const auto whole = static_cast<long long>(seconds + 0.5);
    char text[40];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
    else if (whole >= 60)
        std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%lld s", whole);
    return text;
}

/// Tells people what happens: the bar for every update, a line for everything else.
class Narrator {
public:
    Narrator(Console& console, std::string title)
        : m_console(console)
        , m_progress(console.progress(std::move(title), {}))
    {
    }

    void operator()(const RunEvent& event)
    {
        std::visit([this](const auto& kind) { tell(kind); }, event);
    }

private:
    void tell(const StartedEvent& event)
    {
        m_maxUpdate = event.maxUpdate;
        m_console.message(
            (event.update > 0 ? "going on from update " + std::to_string(event.update)
                              : std::string("training"))
            + " on " + event.device + " in " + event.precision + " (" + event.kernel + ", "
            + std::to_string(event.threads) + " threads"
            + (event.processes > 1 ? ", " + std::to_string(event.processes) + " processes" : "")
            + "): " + number("%.1f", static_cast<double>(event.parameters) / 1e6)
            + " million parameters, " + std::to_string(event.recordings) + " recordings, "
            + number("%.2f h", event.hours));
    }
    void tell(const UpdateEvent& event)
    {
        std::string stage = "update " + std::to_string(event.update) + ", loss "
            + number("%.3f bits", event.metrics.lossBits) + ", "
            + number("%.0f s of audio/s", event.audioSecondsPerSecond);
        if (event.secondsLeft >= 0)
            stage += ", " + duration(event.secondsLeft) + " left";
        const double most = static_cast<double>(std::max<std::int64_t>(1, m_maxUpdate));
        m_progress(stage, static_cast<double>(event.update) / most);
    }
    void tell(const ValidEvent& event)
    {
        m_console.message("update " + std::to_string(event.update) + ": validation loss "
                          + number("%.4f bits per positive", event.metrics.lossBits)
                          + (event.best ? ", the best so far" : ""));
    }
    void tell(const CheckpointEvent& event)
    {
        m_console.message("update " + std::to_string(event.update) + ": wrote " + event.path);
    }
    void tell(const SkippedEvent& event)
    {
        m_console.message("left out " + event.path + ": " + event.reason);
    }
    void tell(const PausedEvent& event)
    {
        m_console.message("paused after update " + std::to_string(event.update));
    }
    void tell(const ContinuedEvent&) { m_console.message("going on"); }
    void tell(const FailedEvent& event)
    {
        for (const auto& file : event.files)
            m_console.message("in that batch: " + file);
    }
    void tell(const StoppedEvent& event)
    {
        m_console.message(event.reason + " after update " + std::to_string(event.update)
                          + "; go on with train --resume");
    }
    void tell(const FinishedEvent& event)
    {
        m_console.message("finished after " + std::to_string(event.update) + " updates");
    }

    Console& m_console;
    Progress m_progress;
    std::int64_t m_maxUpdate = 0;
};

/// The command line of one of the local processes.
std::vector<std::string> ownWords(std::span<const std::string> words)
{
    constexpr std::string_view kOption = "--local-processes";
    std::vector<std::string> own;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == kOption)
            ++i; // and its number
        else if (!words[i].starts_with(std::string(kOption) + "="))
            own.push_back(words[i]);
    }
    return own;
}

} // namespace

int runTrain(const TrainArguments& arguments, std::span<const std::string> words, Console& console,
             const std::stop_token& stop)
{
    if (arguments.localProcesses > 1) {
        const auto status = runLocalProcesses(arguments.localProcesses, ownWords(words), stop);
        if (!status)
            console.message(status.error().message);
        return status ? *status : kFailed;
    }
    TrainJob job;
    job.run = arguments.resume.empty() ? arguments.run : arguments.resume;
    if (arguments.resume.empty()) {
        auto config = configOf(arguments);
        if (!config) {
            console.message(config.error().message);
            return kWrongUsage;
        }
        job.config = std::move(*config);
    } else {
        job.changes = changesOf(arguments);
    }
    const auto place = processPlaceFromEnvironment();
    if (!place) {
        console.message(place.error().message);
        return kWrongUsage;
    }
    job.place = *place;
    Narrator narrator(console, job.run.filename().string());
    job.heard = [&](const RunEvent& event) {
        if (arguments.json)
            console.result(toLine(event) + "\n");
        else
            narrator(event);
    };
    const auto end = train(job, stop);
    if (end)
        return kDone;
    console.message(end.error().message);
    return kFailed;
}

} // namespace phono::cli
