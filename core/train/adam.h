#pragma once

#include "core/run/training_config.h"

#include <ATen/ATen.h>

#include <cstdint>

namespace phono {

/// Adam as fairseq computes it (SPEC 5), over one flat tensor of parameters: eps is not corrected
/// for the bias of the second moment, and weight decay is taken off the parameters themselves.
///
/// On the processor one pass over memory after the norm, with the same result for every number of
/// threads; elsewhere by ATen.
class AdamOptimizer {
public:
    /// State of zeros, on the parameters' device.
    AdamOptimizer(const at::Tensor& parameters, const TrainingConfig::Optimizer& options,
                  int threads);

    /// Of the gradients, times `scale`: L2, double, [1] as the scale, on their device, which is not
    /// waited for.
    at::Tensor norm(const at::Tensor& gradients, const at::Tensor& scale) const;
    /// What gradients are multiplied with, their norm then, and whether to do anything at all: [1],
    /// double but for the flag, on the parameters' device.
    struct Given {
        at::Tensor scale;
        at::Tensor norm;
        at::Tensor go;
    };
    /// Update number `steps` + 1 of `parameters`: with the scaled gradients, shortened to a norm of
    /// `clipNorm` if theirs is larger (0: never). `gradients` are left as they are. Counting the
    /// update is the caller's, who knows when it has read `go`.
    void step(at::Tensor& parameters, const at::Tensor& gradients, const Given& given,
              double clipNorm, double lr);
    /// The same by ATen, as on other devices than the processor.
    void stepByAten(at::Tensor& parameters, const at::Tensor& gradients, const Given& given,
                    double clipNorm, double lr);

    // To be saved and restored; `steps` counts the updates done.
    std::int64_t steps = 0;
    at::Tensor expAvg;
    at::Tensor expAvgSq;

private:
    double stepSize(double lr) const;

    TrainingConfig::Optimizer m_options;
    int m_threads;
};

} // namespace phono
