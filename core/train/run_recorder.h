#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"
#include "core/run/run_event.h"
#include "core/run/run_log.h"
#include "core/run/run_state.h"

#include <functional>
#include <optional>

namespace phono {

/// What the first process of a run leaves in the run directory: events, and its state. The other
/// processes have one that does nothing.
class RunRecorder {
public:
    RunRecorder() = default;
    RunRecorder(RunDirectory run, RunLog log, std::function<void(const RunEvent&)> heard);

    bool writes() const { return m_log.has_value(); }
    /// Appends the event with the present time, and keeps state.json true.
    Result<void> record(RunEvent event);
    /// For people, in log.txt.
    void note(const std::string& text);
    /// For a status that no event stands for.
    Result<void> setStatus(RunStatus status, std::int64_t update);
    /// Shows in state.json that the process gets on, at most every kBeatSeconds: so that one that
    /// hangs can be told from one that works. To be called whenever something was done.
    void beat(std::int64_t update) { beat(update, now()); }
    void beat(std::int64_t update, double time);
    static constexpr double kBeatSeconds = 15;

private:
    static double now();
    Result<void> writeStatus(RunStatus status, std::int64_t update, double time);

    std::optional<RunDirectory> m_run;
    std::optional<RunLog> m_log;
    std::function<void(const RunEvent&)> m_heard;
    RunState m_state;
};

} // namespace phono
