#pragma once

#include "core/base/result.h"
#include "core/train/process_place.h"

#include <ATen/ATen.h>

#include <memory>
#include <stop_token>

namespace phono {

/// The processes that train together, as one of them sees them.
///
/// One thread at a time. Every process makes the same calls in the same order. A peer that died or
/// was silent for too long shows as c10::Error or std::exception from any call.
class Communicator {
public:
    virtual ~Communicator() = default;

    virtual int rank() const = 0;
    virtual int size() const = 0;
    /// Begins to add `values` up over all processes, in place. Untouchable until finish().
    virtual void startSum(at::Tensor values) = 0;
    /// Waits for everything started.
    virtual void finish() = 0;
    /// Overwrites `values` with those of rank 0.
    virtual void broadcast(at::Tensor values) = 0;

    void sum(at::Tensor values)
    {
        startSum(std::move(values));
        finish();
    }
};

/// For a process alone: does nothing.
std::unique_ptr<Communicator> makeLoneCommunicator();
/// Meets the others; waits for them up to `timeoutSeconds`, or until stopped (Error::cancelled()).
/// Gloo on the processor, NCCL on CUDA devices.
Result<std::unique_ptr<Communicator>> joinProcesses(const ProcessPlace& place, at::Device device,
                                                    double timeoutSeconds,
                                                    const std::stop_token& stop = {});

} // namespace phono
