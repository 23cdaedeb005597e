#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstdint>
#include <functional>

namespace phono {

/// A stretch of rows that one thread works on.
struct Block {
    std::int64_t index = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    int thread = 0; ///< in [0, threads)
};

/// Runs `work` for every block of `blockRows` of `rows` rows, on `threads` threads. Blocks start at
/// multiples of `blockRows`, in any order. Stops early, with the first error, when one fails,
/// throws or `progress` is cancelled. `finished` (may be empty) hears, on the calling thread only,
/// how many rows are done.
Result<void> forBlocks(std::int64_t rows, std::int64_t blockRows, int threads,
                       const Progress& progress,
                       const std::function<Result<void>(const Block&)>& work,
                       const std::function<void(std::int64_t rowsDone)>& finished = {});

/// Cores that this process may use and that do not share their arithmetic with another one.
int physicalCores();

} // namespace phono
