#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"

#include <string>
#include <utility>

namespace phono {

/// The right to train in a run directory. At most one process has it; it ends with this object or
/// with the process, however that ends.
///
/// A process that was forked without exec shares it.
class RunLock {
public:
    /// Fails, naming process and host, if another has it. Requests that were made of an earlier
    /// process are dropped.
    static Result<RunLock> acquire(const RunDirectory& run);

    RunLock(RunLock&& other) noexcept;
    RunLock& operator=(RunLock&& other) noexcept;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    ~RunLock();

    /// What could not be made sure, in words for the log: another host's process was last heard of
    /// in this run, or the file system has no locks. Usually empty.
    const std::string& doubt() const { return m_doubt; }

private:
    RunLock(int descriptor, std::string doubt)
        : m_descriptor(descriptor)
        , m_doubt(std::move(doubt))
    {
    }
    int m_descriptor = -1;
    std::string m_doubt;
};

} // namespace phono
