#pragma once

#include "core/run/run_directory.h"
#include "core/run/run_history.h"
#include "core/run/run_notes.h"
#include "core/run/run_state.h"
#include "core/run/training_config.h"
#include "widgets/shell/latest_task.h"

#include <QObject>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace phono {

/// What is new of one run.
struct RunUpdate {
    std::filesystem::path path;
    /// Forget the history: it comes again, in another detail.
    bool restart = false;
    RunNews news;
    RunStatus status = RunStatus::Starting;
    std::optional<RunState> state; ///< what the trainer last wrote; nothing before it did
    /// Set when read anew.
    std::optional<TrainingConfig> config;
    std::optional<RunNotes> notes;
    std::optional<std::vector<std::string>> checkpoints; ///< names of files that are there
    std::optional<std::string> log; ///< its last lines, of a run that ended before it was done
    std::string problem; ///< what cannot be read, in words
};

/// What is new of a folder of runs.
struct FolderUpdate {
    /// All runs there are; nothing when the folder was not searched this time.
    std::optional<std::vector<std::filesystem::path>> runs;
    std::string problem; ///< why the folder cannot be searched
    std::vector<RunUpdate> updates; ///< of those that have news
    bool more = false; ///< there is more to be read at once
};

/// Looks at a folder of runs again and again, off the UI thread, reading new bytes only.
///
/// Of runs that are not wanted in full, the last update stands for all of them: their logs are read
/// once, but their curves are not kept. While nobody reads, only what runs there are and how they
/// fare is looked at, and less often.
class RunWatcher : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunWatcher)
public:
    static constexpr int kInterval = 200; ///< between two looks, in milliseconds
    static constexpr int kIdleInterval = 2000; ///< the same while nobody reads

    RunWatcher(QThreadPool& pool, QObject* parent = nullptr);
    ~RunWatcher() override;

    /// Begins, and begins anew for another folder. A folder that is not there has no runs.
    void watch(const std::filesystem::path& folder);
    const std::filesystem::path& folder() const { return m_folder; }
    /// Whether the logs are read; at first they are.
    void setReading(bool reading);
    bool reading() const { return m_reading; }
    /// All updates of these runs are wanted, too; others keep what they have.
    void want(const std::vector<std::filesystem::path>& runs);
    /// Looks at the folder at once.
    void searchNow();

Q_SIGNALS:
    void updated(phono::FolderUpdate& update);

private:
    class Eyes; // what the worker remembers
    void look();
    void deliver(FolderUpdate update);

    std::filesystem::path m_folder;
    std::set<std::filesystem::path> m_wanted;
    std::shared_ptr<Eyes> m_eyes;
    QTimer m_timer;
    int m_looks = 0;
    bool m_search = true;
    bool m_reading = true;
    LatestTask<FolderUpdate> m_task; // last: ends before what it uses
};

} // namespace phono
