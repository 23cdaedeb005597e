#include "core/run/run_lock.h"

#include "core/checkpoint/printable.h"
#include "core/run/run_control.h"
#include "core/run/run_state.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace phono {
namespace {

std::string wordsFor(const ProcessIdentity& process)
{
    return "process " + std::to_string(process.pid) + " on " + printable(process.host);
}

Error inUse(const RunDirectory& run, const std::string& holder)
{
    return Error{run.path().string() + " is being trained already by " + holder
                 + ". Stop that one first, or choose another run directory."};
}

/// What the holder wrote into the lock: state.json may still be an earlier one's.
std::string holderOf(int descriptor)
{
    std::array<char, 300> text;
    const auto count = pread(descriptor, text.data(), text.size(), 0);
    return count > 0
        ? printable(std::string_view(text.data(), static_cast<std::size_t>(count)), 300)
        : "another process";
}

/// What can be known without a lock; an error if a process of this host is there.
Result<std::string> doubtOf(const RunDirectory& run, int lockError)
{
    std::string doubt;
    if (lockError != 0)
        doubt = "The file system of " + run.path().string() + " has no locks ("
            + std::strerror(lockError)
            + "): make sure that no other process trains in this run directory.";
    const auto state = readState(run);
    if (!state || !*state || !isLive((*state)->status) || (*state)->process == thisProcess())
        return doubt;
    const auto& process = (*state)->process;
    const auto liveness = livenessOf(process);
    if (liveness == Liveness::Alive)
        return inUse(run, wordsFor(process));
    if (liveness == Liveness::Unknown)
        doubt += (doubt.empty() ? "" : " ") + std::string("According to state.json, ")
            + wordsFor(process) + " was " + std::string(wordOf((*state)->status))
            + " here at update " + std::to_string((*state)->update)
            + ". It holds no lock that this host can see; if it still trains, stop one of the two.";
    return doubt;
}

} // namespace

Result<RunLock> RunLock::acquire(const RunDirectory& run)
{
    const int descriptor = open(run.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return Error{"cannot write " + run.lock().string() + ": " + std::strerror(errno)};
    RunLock lock(descriptor, {});
    const int error = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (error == EWOULDBLOCK)
        return inUse(run, holderOf(descriptor));
    auto doubt = doubtOf(run, error);
    if (!doubt)
        return doubt.error();
    lock.m_doubt = *std::move(doubt);
    const auto holder = wordsFor(thisProcess());
    if (ftruncate(descriptor, 0) != 0
        || pwrite(descriptor, holder.data(), holder.size(), 0)
            != static_cast<ssize_t>(holder.size()))
        return Error{"cannot write " + run.lock().string() + ": " + std::strerror(errno)};
    if (auto done = clearRequest(run); !done)
        return done.error();
    return lock;
}

RunLock::RunLock(RunLock&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_doubt(std::move(other.m_doubt))
{
}

RunLock& RunLock::operator=(RunLock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_doubt, other.m_doubt);
    return *this;
}

RunLock::~RunLock()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

} // namespace phono
