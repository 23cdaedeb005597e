#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"
#include "core/run/run_history.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace phono {

/// Follows metrics.jsonl while it grows, or reads a finished one.
///
/// Starts over if the file is replaced or shrinks. One thread at a time; holds no more than a line.
class RunReader {
public:
    /// Read by one poll() at most, in bytes.
    static constexpr std::int64_t kPortion = 8 << 20;

    explicit RunReader(const RunDirectory& run);
    ~RunReader();
    RunReader(const RunReader&) = delete;
    RunReader& operator=(const RunReader&) = delete;

    /// What has come since the last call, whole lines only. Without a file, nothing has.
    Result<RunNews> poll();

private:
    void reset();
    Result<void> openAnew();
    bool isSameFile() const;
    Result<void> readPortion(RunNews& news);
    void takeBytes(std::string_view bytes, RunNews& news);
    void takeLine(std::string_view line, RunNews& news);
    Error failed() const;

    std::filesystem::path m_path;
    int m_descriptor = -1;
    bool m_told = false; // news of this or an earlier file went out
    std::int64_t m_offset = 0;
    std::int64_t m_lines = 0;
    std::string m_partial; // the line that is being written
    bool m_skipping = false; // it is too long already
};

/// The whole log of a run.
Result<RunHistory> readHistory(const RunDirectory& run);

} // namespace phono
