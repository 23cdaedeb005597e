#pragma once

#include "core/train/process_place.h"

#include <ATen/ATen.h>
#include <c10/util/intrusive_ptr.h>

#include <chrono>
#include <memory>

namespace c10d {
class Store;
} // namespace c10d

namespace phono {

/// Sums between graphics cards, which the processor only starts.
class NcclGroup {
public:
    virtual ~NcclGroup() = default;

    /// Begins to add `values`, of this process's card, up over all processes, in place.
    virtual void startSum(at::Tensor values) = 0;
    /// What is computed on the card from now on waits for everything started.
    virtual void finish() = 0;
    virtual void broadcast(at::Tensor values) = 0;
};

/// Null where Phonoscope was built against a LibTorch without CUDA or without NCCL's headers.
std::unique_ptr<NcclGroup> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>& store,
                                         const ProcessPlace& place,
                                         std::chrono::milliseconds timeout);

} // namespace phono
