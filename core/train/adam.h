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

    /// L2 norm of `gradients` times `scale`.
    double norm(const at::Tensor& gradients, double scale) const;
    /// Updates `parameters` with `gradients` * `scale`, scaled down to a norm of `clipNorm` if
    /// theirs, `gradientNorm`, is larger (0: never). `gradients` are left as they are.
    void step(at::Tensor& parameters, const at::Tensor& gradients, double scale,
              double gradientNorm, double clipNorm, double lr);

    // To be saved and restored; `steps` counts the updates done.
    std::int64_t steps = 0;
    at::Tensor expAvg;
    at::Tensor expAvgSq;

private:
    TrainingConfig::Optimizer m_options;
    int m_threads;
};

} // namespace phono
