#pragma once

#include "core/base/result.h"
#include "core/run/append_file.h"
#include "core/run/run_directory.h"
#include "core/run/run_event.h"

#include <string_view>
#include <utility>

namespace phono {

/// What the trainer writes: events into metrics.jsonl, words for people into log.txt. Both go on
/// where an earlier process left them, even if it was killed in the middle of a line.
///
/// One thread at a time, in the process that holds the RunLock.
class RunLog {
public:
    static Result<RunLog> open(const RunDirectory& run);

    /// Readers see the event at once. Updates and skipped recordings, which may be many, may be
    /// lost in a power cut back to the last event of another kind (a checkpoint, a validation);
    /// those last.
    Result<void> append(const RunEvent& event);
    /// One line of log.txt, with date and time (UTC) before it.
    Result<void> say(std::string_view words);

private:
    RunLog(AppendFile metrics, AppendFile words)
        : m_metrics(std::move(metrics))
        , m_words(std::move(words))
    {
    }
    AppendFile m_metrics;
    AppendFile m_words;
};

} // namespace phono
