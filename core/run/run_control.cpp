#include "core/run/run_control.h"

#include "core/run/run_state.h"
#include "core/run/text_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace phono {
namespace {

Result<void> request(const RunDirectory& run, std::string_view word)
{
    const auto state = readState(run);
    if (!state)
        return state.error();
    const auto refused = [&](std::string_view reason) {
        return Error{"cannot ask " + run.path().string() + " to " + std::string(word)
                     + ": nobody trains there (" + std::string(reason) + ")"};
    };
    if (!*state)
        return refused("not started");
    if (const auto status = currentStatus(**state); !isLive(status))
        return refused(wordOf(status));
    return replaceTextFile(run.control(), std::string(word) + "\n");
}

} // namespace

Result<void> requestPause(const RunDirectory& run)
{
    return request(run, "pause");
}

Result<void> requestContinue(const RunDirectory& run)
{
    return request(run, "continue");
}

Result<void> requestStop(const RunDirectory& run)
{
    return request(run, "stop");
}

RunRequest pendingRequest(const RunDirectory& run)
{
    const int descriptor =
        open(run.control().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return RunRequest::Continue;
    std::array<char, 16> bytes;
    const auto count = read(descriptor, bytes.data(), bytes.size());
    close(descriptor);
    const std::string_view word(bytes.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (word == "stop\n" || word == "stop")
        return RunRequest::Stop;
    if (word == "pause\n" || word == "pause")
        return RunRequest::Pause;
    return RunRequest::Continue;
}

Result<void> clearRequest(const RunDirectory& run)
{
    if (unlink(run.control().c_str()) != 0 && errno != ENOENT)
        return Error{"cannot remove " + run.control().string() + ": " + std::strerror(errno)};
    return {};
}

} // namespace phono
