#include "core/run/run_directory.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <sys/stat.h>

namespace phono {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestFolder = 4;

bool isFile(const fs::path& path)
{
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

bool isFolder(const fs::path& path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool isPartOfRun(const fs::path& name)
{
    constexpr std::array<std::string_view, 8> kParts = {"config.toml", "metrics.jsonl", "log.txt",
                                                        "state.json",  "notes.toml",    "control",
                                                        "lock",        "checkpoints"};
    // A killed process may leave a half-written file, which is hidden.
    return std::ranges::count(kParts, name.string()) > 0
        || name.string().find(".phonoscope-") != std::string::npos;
}

bool hasBegun(const fs::path& path)
{
    std::error_code failed;
    const auto size = fs::file_size(path / "metrics.jsonl", failed);
    const bool logged = !failed && size > 0;
    const bool saved = !fs::is_empty(path / "checkpoints", failed) && !failed;
    return logged || saved;
}

/// Collects runs without coming twice into one folder.
class RunFinder {
public:
    explicit RunFinder(const std::stop_token& stop)
        : m_stop(stop)
    {
    }

    void visit(const fs::path& folder, int depth)
    {
        struct stat facts = {};
        if (m_stop.stop_requested() || stat(folder.c_str(), &facts) != 0
            || !m_seen.emplace(facts.st_dev, facts.st_ino).second)
            return;
        if (RunDirectory::isRun(folder)) {
            m_runs.push_back(folder);
            return;
        }
        if (depth == kDeepestFolder)
            return;
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            std::error_code ignored;
            if (entry->is_directory(ignored) && !entry->path().filename().string().starts_with('.'))
                visit(entry->path(), depth + 1);
        }
    }

    std::vector<fs::path> runs() &&
    {
        std::ranges::sort(m_runs);
        return std::move(m_runs);
    }

private:
    std::stop_token m_stop;
    std::set<std::pair<dev_t, ino_t>> m_seen;
    std::vector<fs::path> m_runs;
};

} // namespace

Result<RunDirectory> RunDirectory::create(const fs::path& path)
{
    std::error_code failed;
    const auto status = fs::status(path, failed);
    if (fs::exists(status) && !fs::is_directory(status))
        return Error{path.string() + " is a file; a run needs a folder of its own"};
    if (hasBegun(path))
        return Error{path.string()
                     + " holds a run already. Resume it, or choose another folder for a new one."};
    if (fs::exists(status)) {
        fs::directory_iterator entry(path, failed);
        for (const fs::directory_iterator end; !failed && entry != end; entry.increment(failed))
            if (!isPartOfRun(entry->path().filename()))
                return Error{path.string() + " is not empty: it holds "
                             + entry->path().filename().string()
                             + ". Choose a new or an empty folder for the run."};
        if (failed)
            return Error{"cannot read the folder " + path.string() + ": " + failed.message()};
    }
    fs::create_directories(path / "checkpoints", failed);
    if (failed)
        return Error{"cannot create the folder " + (path / "checkpoints").string() + ": "
                     + failed.message()};
    return RunDirectory(path);
}

Result<RunDirectory> RunDirectory::open(const fs::path& path)
{
    if (!isFolder(path))
        return Error{"there is no folder " + path.string()};
    if (!isRun(path))
        return Error{path.string() + " is no run: it has neither metrics.jsonl nor state.json"};
    return RunDirectory(path);
}

bool RunDirectory::isRun(const fs::path& path)
{
    return isFile(path / "metrics.jsonl") || isFile(path / "state.json")
        || (isFile(path / "config.toml") && isFolder(path / "checkpoints"));
}

Result<std::vector<fs::path>> findRuns(const fs::path& folder, const std::stop_token& stop)
{
    std::error_code failed;
    const fs::directory_iterator readable(folder, failed);
    if (failed)
        return Error{"cannot read the folder " + folder.string() + ": " + failed.message()};
    RunFinder finder(stop);
    finder.visit(folder, 0);
    if (stop.stop_requested())
        return Error::cancelled();
    return std::move(finder).runs();
}

} // namespace phono
