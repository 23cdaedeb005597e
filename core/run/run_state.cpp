#include "core/run/run_state.h"

#include "core/run/json_line.h"
#include "core/run/text_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace phono {
namespace {

constexpr std::size_t kLongestState = 64 << 10;

/// In the order of RunStatus.
constexpr std::array<std::string_view, 8> kWords = {
    "starting", "running", "paused", "stopping", "stopped", "failed", "finished", "interrupted"};

std::optional<RunState> parse(const std::string& text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    const auto field = [&](const char* key) {
        return json.value(key, nlohmann::json());
    };
    const auto pid = field("pid");
    const auto start = field("process_start");
    const auto host = field("host");
    const auto status = field("status");
    const auto update = field("update");
    const auto time = field("time");
    if (!pid.is_number_integer() || !start.is_number_unsigned() || !host.is_string()
        || !status.is_string() || !update.is_number_integer() || !time.is_number())
        return std::nullopt;
    const auto word = std::ranges::find(kWords, status.get<std::string>());
    if (word == kWords.end())
        return std::nullopt;
    return RunState{{pid.get<std::int64_t>(), start.get<std::uint64_t>(), host.get<std::string>()},
                    static_cast<RunStatus>(word - kWords.begin()),
                    update.get<std::int64_t>(),
                    time.get<double>()};
}

} // namespace

std::string_view wordOf(RunStatus status)
{
    return kWords[static_cast<std::size_t>(status)];
}

bool isLive(RunStatus status)
{
    return status == RunStatus::Starting || status == RunStatus::Running
        || status == RunStatus::Paused || status == RunStatus::Stopping;
}

Result<std::optional<RunState>> readState(const RunDirectory& run)
{
    std::error_code ignored;
    if (!std::filesystem::exists(run.state(), ignored))
        return std::optional<RunState>();
    const auto text = readTextFile(run.state(), kLongestState);
    if (!text)
        return text.error();
    auto state = parse(*text);
    if (!state)
        return Error{run.state().string() + " is damaged; what the run did is in "
                     + run.metrics().string()};
    return state;
}

Result<void> writeState(const RunDirectory& run, const RunState& state)
{
    JsonLine line;
    line.whole("pid", state.process.pid);
    line.whole("process_start", state.process.startTime);
    line.text("host", state.process.host);
    line.text("status", wordOf(state.status));
    line.whole("update", state.update);
    line.time("time", state.time);
    return replaceTextFile(run.state(), std::move(line).finish() + "\n");
}

RunStatus currentStatus(const RunState& state)
{
    const bool gone = isLive(state.status) && livenessOf(state.process) == Liveness::Gone;
    return gone ? RunStatus::Interrupted : state.status;
}

} // namespace phono
