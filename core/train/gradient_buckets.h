#pragma once

#include "core/train/communicator.h"

#include <ATen/ATen.h>

#include <cstdint>

namespace phono {

/// Adds the flat gradients of all processes up, in pieces, from the end to the beginning, while the
/// backward pass still works on the earlier ones.
///
/// Every process sums the same pieces in the same order, whenever its gradients become ready.
class GradientBuckets {
public:
    /// Both outlive this. `bucketBytes` per piece.
    GradientBuckets(Communicator& processes, at::Tensor gradients, double bucketBytes);

    /// Gradients [first, end) are final: starts the pieces that lie in there.
    void ready(std::int64_t first);
    /// Starts what is left. All is summed up after Communicator::finish().
    void startRest() { ready(0); }

private:
    Communicator& m_processes;
    at::Tensor m_gradients;
    std::int64_t m_bucket; ///< values per piece
    std::int64_t m_begin; ///< of what is started
};

} // namespace phono
