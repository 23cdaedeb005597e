#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <stop_token>
#include <utility>
#include <vector>

namespace phono {

/// Where the parts of a run lie. Everything that a trainer and its watchers know of each other
/// passes through these files.
class RunDirectory {
public:
    /// Makes the folder, and those above it, for a new run. Fails if a run has begun in it, or if
    /// it holds anything that is no part of a run.
    static Result<RunDirectory> create(const std::filesystem::path& path);
    /// Fails if `path` is no run.
    static Result<RunDirectory> open(const std::filesystem::path& path);
    /// Checks nothing: for a run that another process makes.
    static RunDirectory at(const std::filesystem::path& path) { return RunDirectory(path); }
    /// Whether the folder has what only runs have.
    static bool isRun(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path config() const { return m_path / "config.toml"; }
    std::filesystem::path metrics() const { return m_path / "metrics.jsonl"; }
    std::filesystem::path log() const { return m_path / "log.txt"; }
    std::filesystem::path state() const { return m_path / "state.json"; }
    std::filesystem::path notes() const { return m_path / "notes.toml"; }
    std::filesystem::path control() const { return m_path / "control"; }
    std::filesystem::path lock() const { return m_path / "lock"; }
    std::filesystem::path checkpoints() const { return m_path / "checkpoints"; }

private:
    explicit RunDirectory(std::filesystem::path path)
        : m_path(std::move(path))
    {
    }
    std::filesystem::path m_path;
};

/// The runs in `folder` and in up to four levels of folders below it, sorted by path. Hidden
/// folders and what cannot be read are passed over; links are followed, but no folder is seen
/// twice. Can be slow: `stop` ends it with Error::cancelled().
Result<std::vector<std::filesystem::path>> findRuns(const std::filesystem::path& folder,
                                                    const std::stop_token& stop = {});

} // namespace phono
