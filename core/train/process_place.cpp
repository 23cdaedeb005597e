#include "core/train/process_place.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <sched.h>
#include <string_view>
#include <unistd.h>

namespace phono {
namespace {

std::optional<std::string> environment(const char* name)
{
    const char* value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

/// A whole number from the environment; `fallback` if the variable is missing.
Result<int> number(const char* name, std::optional<int> fallback = {})
{
    const auto text = environment(name);
    if (!text && fallback)
        return *fallback;
    int value = 0;
    const char* end = text ? text->data() + text->size() : nullptr;
    if (!text)
        return Error{std::string(name) + " is not set, though other variables of its launcher are"};
    if (const auto parsed = std::from_chars(text->data(), end, value);
        parsed.ec != std::errc() || parsed.ptr != end || value < 0)
        return Error{std::string(name) + "=" + *text + " is not a whole number"};
    return value;
}

/// The names under which a launcher tells the same.
struct Launcher {
    const char* rank;
    const char* size;
    const char* localRank;
    const char* localSize;
    bool binds; ///< may give each process cores of its own
};

constexpr std::array kLaunchers = {
    Launcher{"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", false}, // torchrun
    Launcher{"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_NTASKS_PER_NODE", true},
    Launcher{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
             "OMPI_COMM_WORLD_LOCAL_SIZE", true},
};

constexpr int kDefaultPort = 29500; // torchrun's

/// The first host of SLURM's list: "node07" of "node07,node09", "gpu[003-006,010]" or similar.
std::string firstHost(std::string_view list)
{
    const auto bracket = list.find('[');
    const auto comma = list.find(',');
    if (bracket == std::string_view::npos || comma < bracket)
        return std::string(list.substr(0, comma));
    const auto numbers = list.substr(bracket + 1);
    return std::string(list.substr(0, bracket))
        + std::string(numbers.substr(0, numbers.find_first_of(",-]")));
}

Result<void> readMeetingPoint(ProcessPlace& place)
{
    if (const auto host = environment("MASTER_ADDR"))
        place.host = *host;
    else if (const auto list = environment("SLURM_JOB_NODELIST"))
        place.host = firstHost(*list);
    else
        return Error{"MASTER_ADDR is not set: it names the machine of process 0, where the "
                     "processes meet"};
    const auto port = number("MASTER_PORT", kDefaultPort);
    if (!port)
        return port.error();
    constexpr int kHighestPort = 65535;
    if (*port < 1 || *port > kHighestPort)
        return Error{"MASTER_PORT=" + std::to_string(*port) + " is no port: expected 1 to 65535"};
    place.port = *port;
    place.hostsStore = environment("TORCHELASTIC_USE_AGENT_STORE") != "True";
    return {};
}

} // namespace

bool isBoundToCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0
        && CPU_COUNT(&allowed) < sysconf(_SC_NPROCESSORS_ONLN);
}

int ownDevice(const ProcessPlace& place, int devices)
{
    return devices == 1 ? 0 : place.localRank;
}

Result<ProcessPlace> processPlaceFromEnvironment(bool bound)
{
    ProcessPlace place;
    for (const auto& launcher : kLaunchers) {
        // SLURM sets its variables for a single task, too; there is nothing to meet then.
        if (!environment(launcher.rank) || !environment(launcher.size))
            continue;
        const auto rank = number(launcher.rank);
        const auto size = number(launcher.size);
        const auto local = number(launcher.localRank, 0);
        const auto localSize = number(launcher.localSize, 1);
        for (const auto* value : {&rank, &size, &local, &localSize})
            if (!*value)
                return value->error();
        if (*size < 1 || *rank >= *size)
            return Error{std::string(launcher.rank) + "=" + std::to_string(*rank) + " and "
                         + launcher.size + "=" + std::to_string(*size) + " do not fit together"};
        if (*size == 1)
            return place;
        place.rank = *rank;
        place.size = *size;
        place.localRank = *local;
        place.localSize = launcher.binds && bound ? 1 : std::max(1, *localSize);
        if (auto done = readMeetingPoint(place); !done)
            return done.error();
        return place;
    }
    return place;
}

} // namespace phono
