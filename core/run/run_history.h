#pragma once

#include "core/run/run_event.h"
#include "core/run/update_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phono {

struct RunNews;

/// All that a run's log says, for drawing: what was lost by a kill and made again is there once.
///
/// It grows by news: the thread that shows it has its own and applies what a RunReader on a worker
/// found, so that nothing old is ever copied.
struct RunHistory {
    /// More skipped recordings are only counted.
    static constexpr std::size_t kMostSkipped = 1000;

    UpdateTable updates;
    std::vector<ValidEvent> valid;
    std::vector<CheckpointEvent> checkpoints;
    std::vector<StartedEvent> starts; ///< of every process that trained
    std::vector<SkippedEvent> skipped; ///< the first kMostSkipped
    std::int64_t skippedCount = 0;
    /// The last that says how the run fares: started, paused, continued, failed, stopped, finished.
    std::optional<RunEvent> last;
    std::int64_t unreadableLines = 0; ///< torn by a kill, or foreign
    std::string firstUnreadable; ///< where and why

    void add(const RunEvent& event);
    void apply(RunNews&& news);

    /// The validation with the smallest loss; null without one.
    const ValidEvent* best() const;

private:
    void forgetAfter(std::int64_t update);
};

/// What came to a log since it was last read.
struct RunNews {
    bool fromStart = false; ///< the log is another one: what was known before does not count
    /// Forget what was known of later updates: a process resumed from here.
    std::optional<std::int64_t> resumedFrom;
    RunHistory added; ///< after that
    bool more = false; ///< there is more to be read at once
    bool empty() const;
};

/// "failed at update 1200: the loss is NaN", "paused at update 7".
std::string wordsFor(const RunEvent& event);

} // namespace phono
