#include "core/model/tiles.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <mutex>
#include <omp.h>
#include <optional>
#include <sched.h>
#include <set>
#include <string>
#include <thread>

namespace phono {

Result<void> forBlocks(std::int64_t rows, std::int64_t blockRows, int threads,
                       const Progress& progress,
                       const std::function<Result<void>(const Block&)>& work,
                       const std::function<void(std::int64_t)>& finished)
{
    const std::int64_t count = (rows + blockRows - 1) / blockRows;
    std::atomic<bool> stop = false;
    std::atomic<std::int64_t> rowsDone = 0;
    std::mutex mutex;
    std::optional<Error> failure;
    const auto fail = [&](Error error) {
        const std::scoped_lock lock(mutex);
        if (!failure)
            failure = std::move(error);
        stop = true;
    };

#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (std::int64_t i = 0; i < count; ++i) {
        if (stop)
            continue;
        if (progress.cancelled()) {
            fail(Error::cancelled());
            continue;
        }
        const Block block{i, i * blockRows, std::min(blockRows, rows - i * blockRows),
                          omp_get_thread_num()};
        // Nothing may leave a parallel region by an exception.
        try {
            if (auto done = work(block); !done)
                fail(done.error());
        } catch (const std::exception& exception) {
            fail(Error{exception.what()});
        }
        rowsDone += block.count;
        if (finished && block.thread == 0)
            finished(rowsDone);
    }
    if (failure)
        return *failure;
    if (finished)
        finished(rows);
    return {};
}

int physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    const int logical = known ? CPU_COUNT(&allowed)
                              : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    std::set<std::string> cores;
    for (int cpu = 0; cpu < (known ? CPU_SETSIZE : logical); ++cpu) {
        if (known && !CPU_ISSET(cpu, &allowed))
            continue;
        std::ifstream siblings("/sys/devices/system/cpu/cpu" + std::to_string(cpu)
                               + "/topology/thread_siblings_list");
        std::string line;
        if (!std::getline(siblings, line))
            return logical;
        cores.insert(line);
    }
    return static_cast<int>(cores.size());
}

} // namespace phono
