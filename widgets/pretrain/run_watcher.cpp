#include "widgets/pretrain/run_watcher.h"

#include "core/run/config_text.h"
#include "core/run/log_tail.h"
#include "core/run/run_reader.h"

#include <algorithm>
#include <map>

namespace phono {
namespace {

namespace fs = std::filesystem;

constexpr int kLooksPerSearch = 10; ///< a new folder shows after two seconds
constexpr int kIdleLooksPerSearch = 2; ///< after four
constexpr std::int64_t kMostPortions = 4; ///< read for one delivery, all runs together

fs::file_time_type writtenAt(const fs::path& path)
{
    std::error_code failed;
    const auto time = fs::last_write_time(path, failed);
    return failed ? fs::file_time_type::min() : time;
}

/// The last row of `table` as a table.
UpdateTable lastRow(const UpdateTable& table)
{
    UpdateTable last;
    if (table.empty())
        return last;
    const std::size_t row = table.rows() - 1;
    const auto at = [&](Curve curve) {
        const auto values = table.curve(curve);
        return values.empty() ? 0.0 : double(values[row]);
    };
    UpdateEvent event;
    event.time = table.times()[row];
    event.update = std::int64_t(table.updates()[row]);
    event.epoch = at(Curve::Epoch);
    event.metrics.lossBits = at(Curve::LossBits);
    event.audioSecondsPerSecond = at(Curve::AudioSecondsPerSecond);
    event.secondsLeft = table.curve(Curve::SecondsLeft).empty() ? -1 : at(Curve::SecondsLeft);
    last.append(event);
    return last;
}

std::vector<std::string> checkpointNames(const fs::path& folder)
{
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (entry->path().extension() == ".pt"
            && !entry->path().filename().string().starts_with('.'))
            names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

} // namespace

/// Readers of logs and times of files; for one piece of work at a time.
class RunWatcher::Eyes {
public:
    struct Task {
        fs::path folder;
        std::set<fs::path> wanted;
        bool search = false;
        bool reading = true;
    };

    FolderUpdate look(const Task& task, const std::stop_token& stop)
    {
        FolderUpdate update;
        if (task.search)
            search(task.folder, update, stop);
        std::int64_t portions = task.reading ? kMostPortions : 0;
        for (auto& [path, known] : m_runs) {
            if (stop.stop_requested())
                return update;
            RunUpdate one;
            one.path = path;
            if (lookAt(known, task.wanted.contains(path), portions, one))
                update.updates.push_back(std::move(one));
            update.more = update.more || (task.reading && known.more);
        }
        return update;
    }

private:
    struct Known {
        explicit Known(RunDirectory run)
            : directory(std::move(run))
            , reader(std::make_unique<RunReader>(directory))
        {
        }
        RunDirectory directory;
        std::unique_ptr<RunReader> reader;
        bool full = false;
        bool more = true;
        bool told = false;
        RunStatus status = RunStatus::Starting;
        std::optional<RunState> state;
        fs::file_time_type stateTime, configTime, notesTime, checkpointsTime, logTime;
    };

    void search(const fs::path& folder, FolderUpdate& update, const std::stop_token& stop)
    {
        std::error_code ignored;
        if (!fs::exists(folder, ignored)) {
            update.runs.emplace();
            m_runs.clear();
            return;
        }
        auto found = findRuns(folder, stop);
        if (!found) {
            if (!found.error().isCancelled())
                update.problem = found.error().message;
            return;
        }
        std::erase_if(m_runs, [&](const auto& entry) {
            return !std::ranges::binary_search(*found, entry.first);
        });
        for (const fs::path& path : *found) {
            if (m_runs.contains(path))
                continue;
            if (auto run = RunDirectory::open(path))
                m_runs.emplace(path, Known(std::move(*run)));
        }
        update.runs = std::move(*found);
    }

    static bool changed(const fs::path& path, fs::file_time_type& known)
    {
        const auto now = writtenAt(path);
        return now != std::exchange(known, now);
    }

    bool lookAt(Known& run, bool wanted, std::int64_t& portions, RunUpdate& update)
    {
        bool news = !run.told;
        if (wanted && !run.full) {
            run.reader = std::make_unique<RunReader>(run.directory);
            run.full = true;
            run.more = true;
            news = update.restart = true;
        }
        if (portions > 0) {
            auto read = run.reader->poll();
            run.more = read && read->more;
            if (run.more)
                --portions;
            if (read && !read->empty()) {
                update.news = std::move(*read);
                if (!run.full)
                    update.news.added.updates = lastRow(update.news.added.updates);
                news = true;
            } else if (!read) {
                update.problem = read.error().message;
            }
        }
        news = readFiles(run, update) || news;
        news = (wanted && readLog(run, update)) || news;
        run.told = true;
        return news;
    }

    static bool readFiles(Known& run, RunUpdate& update)
    {
        bool news = false;
        if (changed(run.directory.state(), run.stateTime)) {
            const auto state = readState(run.directory);
            if (state)
                run.state = *state;
            else
                update.problem = state.error().message;
            news = true;
        }
        // The process may end without a word: its state is judged anew each time.
        const RunStatus status = run.state ? currentStatus(*run.state) : RunStatus::Starting;
        news = std::exchange(run.status, status) != status || news;
        update.status = status;
        update.state = run.state;
        if (changed(run.directory.config(), run.configTime)) {
            if (auto config = readTrainingConfig(run.directory.config()))
                update.config = std::move(*config);
            else
                update.problem = config.error().message;
            news = true;
        }
        if (changed(run.directory.notes(), run.notesTime)) {
            if (auto notes = readNotes(run.directory))
                update.notes = std::move(*notes);
            news = true;
        }
        if (changed(run.directory.checkpoints(), run.checkpointsTime)) {
            update.checkpoints = checkpointNames(run.directory.checkpoints());
            news = true;
        }
        return news;
    }

    static bool readLog(Known& run, RunUpdate& update)
    {
        // What a run says to people is of interest where it did not end as it should.
        if (isLive(run.status) || run.status == RunStatus::Finished
            || !changed(run.directory.log(), run.logTime))
            return false;
        const auto log = readLogTail(run.directory);
        update.log = log ? *log : log.error().message;
        return true;
    }

    std::map<fs::path, Known> m_runs;
};

RunWatcher::RunWatcher(QThreadPool& pool, QObject* parent)
    : QObject(parent)
    , m_task(pool, [this](FolderUpdate update) { deliver(std::move(update)); })
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &RunWatcher::look);
}

RunWatcher::~RunWatcher() = default;

void RunWatcher::watch(const fs::path& folder)
{
    // What was being read for the old folder is lost with the eyes that read it.
    m_task.cancel();
    m_folder = folder;
    m_eyes = std::make_shared<Eyes>();
    m_search = true;
    look();
}

void RunWatcher::setReading(bool reading)
{
    if (std::exchange(m_reading, reading) != reading)
        searchNow();
}

void RunWatcher::want(const std::vector<fs::path>& runs)
{
    const std::size_t before = m_wanted.size();
    m_wanted.insert(runs.begin(), runs.end());
    if (m_wanted.size() != before && !m_task.active() && m_eyes)
        m_timer.start(0);
}

void RunWatcher::searchNow()
{
    m_search = true;
    if (!m_task.active() && m_eyes)
        m_timer.start(0);
}

void RunWatcher::look()
{
    const int looksPerSearch = m_reading ? kLooksPerSearch : kIdleLooksPerSearch;
    const Eyes::Task task{m_folder, m_wanted, m_search || m_looks % looksPerSearch == 0, m_reading};
    m_search = false;
    ++m_looks;
    m_task.start([eyes = m_eyes, task](const TaskContext& context) {
        return eyes->look(task, context.stop());
    });
}

void RunWatcher::deliver(FolderUpdate update)
{
    m_timer.start(update.more || m_search ? 0 : m_reading ? kInterval : kIdleInterval);
    Q_EMIT updated(update);
}

} // namespace phono
