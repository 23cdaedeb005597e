#pragma once

#include "core/base/result.h"

#include <string>

namespace phono {

/// Which of the processes that train together this one is, and where they meet.
struct ProcessPlace {
    int rank = 0;
    int size = 1;
    int localRank = 0; ///< among those of this machine: chooses the GPU
    int localSize = 1; ///< processes of this machine that share the cores this one may use
    std::string host; ///< of rank 0; empty for a process alone
    int port = 0;
    bool hostsStore = true; ///< rank 0 listens there; false where a launcher does
};

/// Which of the `devices` cards that the process sees is its own: some launchers show each process
/// one, others show all to all.
int ownDevice(const ProcessPlace& place, int devices);

/// Whether this process may use some of the machine's cores only.
bool isBoundToCores();

/// From RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR and MASTER_PORT (torchrun),
/// else SLURM_*, else OMPI_*; alone without them. Fails on values that do not fit together, naming
/// them. `bound`: see isBoundToCores().
Result<ProcessPlace> processPlaceFromEnvironment(bool bound = isBoundToCores());

} // namespace phono
