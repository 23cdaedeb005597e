#pragma once

#include <cstddef>
#include <cstdint>

namespace phono {

/// Which batch of a run this is: all that its crops depend on.
struct BatchSeed {
    std::uint64_t seed = 1;
    std::int64_t epoch = 1;
    std::int64_t place = 0; ///< among the batches of all processes
};

/// Uniform in [0, choices), for the recording at `position` of the batch. `choices` is at least 1.
std::int64_t drawCropStart(const BatchSeed& batch, std::size_t position, std::int64_t choices);

} // namespace phono
