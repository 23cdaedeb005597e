#include "core/train/run_recorder.h"

#include <chrono>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

namespace phono {
namespace {

std::optional<RunStatus> statusAfter(const RunEvent& event)
{
    struct Visitor {
        std::optional<RunStatus> operator()(const StartedEvent&) { return RunStatus::Running; }
        std::optional<RunStatus> operator()(const PausedEvent&) { return RunStatus::Paused; }
        std::optional<RunStatus> operator()(const ContinuedEvent&) { return RunStatus::Running; }
        std::optional<RunStatus> operator()(const FailedEvent&) { return RunStatus::Failed; }
        std::optional<RunStatus> operator()(const StoppedEvent&) { return RunStatus::Stopped; }
        std::optional<RunStatus> operator()(const FinishedEvent&) { return RunStatus::Finished; }
        std::optional<RunStatus> operator()(const UpdateEvent&) { return {}; }
        std::optional<RunStatus> operator()(const ValidEvent&) { return {}; }
        std::optional<RunStatus> operator()(const CheckpointEvent&) { return {}; }
        std::optional<RunStatus> operator()(const SkippedEvent&) { return {}; }
    };
    return std::visit(Visitor(), event);
}

} // namespace

RunRecorder::RunRecorder(RunDirectory run, RunLog log, std::function<void(const RunEvent&)> heard)
    : m_run(std::move(run))
    , m_log(std::move(log))
    , m_heard(std::move(heard))
{
    m_state.process = thisProcess();
}

Result<void> RunRecorder::record(RunEvent event)
{
    if (!m_log)
        return {};
    const std::int64_t update = std::visit(
        [](auto& kind) {
            kind.time = now();
            return kind.update;
        },
        event);
    if (auto done = m_log->append(event); !done)
        return done;
    if (m_heard)
        m_heard(event);
    const auto status = statusAfter(event);
    return status ? writeStatus(*status, update, now()) : Result<void>();
}

void RunRecorder::note(const std::string& text)
{
    if (!m_log)
        return;
    // A log for people that cannot be written is no reason to end a run.
    const auto ignored = m_log->say(text);
    (void)ignored;
}

Result<void> RunRecorder::setStatus(RunStatus status, std::int64_t update)
{
    return m_log ? writeStatus(status, update, now()) : Result<void>();
}

double RunRecorder::now()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void RunRecorder::beat(std::int64_t update, double time)
{
    // A clock that was set back must not silence it.
    if (!m_log || std::abs(time - m_state.time) < kBeatSeconds)
        return;
    // What needs the disk next says what is wrong with it.
    const auto ignored = writeStatus(m_state.status, update, time);
    (void)ignored;
}

Result<void> RunRecorder::writeStatus(RunStatus status, std::int64_t update, double time)
{
    m_state.status = status;
    m_state.update = update;
    m_state.time = time;
    return writeState(*m_run, m_state);
}

} // namespace phono
