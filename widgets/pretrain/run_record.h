#pragma once

#include "core/run/run_notes.h"
#include "core/run/run_state.h"
#include "core/run/training_config.h"
#include "widgets/pretrain/run_curves.h"
#include "widgets/pretrain/run_watcher.h"

#include <QString>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// One run as it is known on the UI thread.
class RunRecord {
public:
    explicit RunRecord(std::filesystem::path path);
    ~RunRecord() = default;
    RunRecord(const RunRecord&) = delete;
    RunRecord& operator=(const RunRecord&) = delete;

    void apply(RunUpdate&& update);

    const std::filesystem::path& path() const { return m_path; }
    QString name() const;
    RunStatus status() const { return m_status; }
    bool live() const { return isLive(m_status); }
    /// And its process is on this machine.
    bool liveHere() const;
    const std::optional<TrainingConfig>& config() const { return m_config; }
    const RunNotes& notes() const { return m_notes; }
    const RunHistory& history() const { return m_history; }
    const RunCurves& curves() const { return m_curves; }
    const std::vector<std::string>& checkpoints() const { return m_checkpoints; }
    const std::optional<RunState>& state() const { return m_state; }
    /// The last lines of its log, where it ended before it was done.
    QString log() const { return QString::fromStdString(m_log); }
    QString problem() const { return QString::fromStdString(m_problem); }

    std::int64_t updates() const;
    std::int64_t maxUpdates() const; ///< 0 while unknown
    /// NaN while there is none.
    double loss() const;
    /// The validation with the smallest loss, until the next update; null without one.
    const ValidEvent* best() const { return m_best; }
    double bestLoss() const;
    double audioSecondsPerSecond() const;
    double secondsLeft() const; ///< negative when unknown or when it does not run
    double started() const; ///< seconds since 1970; 0 when unknown
    /// Why it failed, or how it ended; empty while it goes on.
    QString ending() const;

private:
    /// Rows of updates that stay when `news` come.
    std::size_t keptRows(const RunNews& news) const;
    double lastOf(Curve curve) const;

    std::filesystem::path m_path;
    RunStatus m_status = RunStatus::Starting;
    std::optional<RunState> m_state;
    std::optional<TrainingConfig> m_config;
    RunNotes m_notes;
    std::vector<std::string> m_checkpoints;
    std::string m_log;
    std::string m_problem;
    RunHistory m_history;
    RunCurves m_curves{m_history};
    const ValidEvent* m_best = nullptr; ///< in m_history
};

} // namespace phono
