#pragma once

#include <cstdint>
#include <string>

namespace phono {

/// Which process it was: its number alone is given to others when it has ended.
struct ProcessIdentity {
    std::int64_t pid = 0;
    std::uint64_t startTime = 0; ///< of /proc/<pid>/stat: clock ticks since the machine started
    std::string host;
    bool operator==(const ProcessIdentity&) const = default;
};

enum class Liveness { Alive, Gone, Unknown };

ProcessIdentity thisProcess();
std::string thisHost();
/// Unknown for a process of another host. One that has ended and whose parent has not noticed is
/// gone.
Liveness livenessOf(const ProcessIdentity& process);

} // namespace phono
