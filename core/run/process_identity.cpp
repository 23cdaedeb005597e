#include "core/run/process_identity.h"

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace phono {
namespace {

struct ProcessStat {
    char state = 0; // 'R', 'S', … 'Z': ended
    std::uint64_t startTime = 0;
};

std::optional<ProcessStat> statOf(std::int64_t pid)
{
    std::ifstream stream("/proc/" + std::to_string(pid) + "/stat");
    std::array<char, 4096> bytes;
    stream.read(bytes.data(), bytes.size());
    std::string_view text(bytes.data(), static_cast<std::size_t>(stream.gcount()));
    // The second field is the program's name in parentheses, which may hold blanks and parentheses.
    const auto name = text.rfind(") ");
    if (name == std::string_view::npos)
        return std::nullopt;
    text.remove_prefix(name + 2);
    ProcessStat stat;
    stat.state = text.front();
    for (int field = 3; field < 22; ++field) {
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos)
            return std::nullopt;
        text.remove_prefix(blank + 1);
    }
    const auto read = std::from_chars(text.data(), text.data() + text.size(), stat.startTime);
    if (read.ec != std::errc())
        return std::nullopt;
    return stat;
}

} // namespace

std::string thisHost()
{
    std::array<char, 256> name = {};
    if (gethostname(name.data(), name.size() - 1) != 0)
        return "unknown";
    return name.data();
}

ProcessIdentity thisProcess()
{
    const auto pid = static_cast<std::int64_t>(getpid());
    const auto stat = statOf(pid);
    return {pid, stat ? stat->startTime : 0, thisHost()};
}

Liveness livenessOf(const ProcessIdentity& process)
{
    if (process.host != thisHost())
        return Liveness::Unknown;
    const auto stat = statOf(process.pid);
    const bool alive =
        stat && stat->state != 'Z' && stat->state != 'X' && stat->startTime == process.startTime;
    return alive ? Liveness::Alive : Liveness::Gone;
}

} // namespace phono
