#pragma once

#include "core/train/batch_sums.h"

#include <ATen/ATen.h>

namespace phono {

/// Sums over batches as one row of numbers, on the device that computes them and perhaps still
/// does: added up there, over batches and processes, and read when they are needed.
class DeviceSums {
public:
    /// Zeros; at most `steps` prediction steps.
    DeviceSums(int steps, at::Device device);
    /// Of numbers that are known, on the processor.
    DeviceSums(const BatchSums& sums, int steps);
    /// What only the device knows; the counts are known beforehand.
    struct Parts {
        BatchSums counts; ///< stepPositives, positives, negatives
        at::Tensor stepLoss; ///< [steps], double, as all of these; may be shorter
        at::Tensor loss; ///< scalars, as the following
        at::Tensor correct;
        at::Tensor positiveSum;
        at::Tensor negativeSum;
        at::Tensor codePerplexity; ///< undefined without a quantizer
    };
    DeviceSums(const Parts& parts, int steps);
    /// A row that numbers() gave.
    explicit DeviceSums(at::Tensor numbers)
        : m_numbers(std::move(numbers))
    {
    }

    void add(const DeviceSums& other) { m_numbers += other.m_numbers; }
    /// Sums of rows are rows of sums. One dimension, double.
    const at::Tensor& numbers() const { return m_numbers; }
    at::Tensor positives() const; ///< views, [1]
    at::Tensor loss() const;
    /// Waits for the device. Steps that predicted nothing are left out.
    BatchSums read() const;

private:
    at::Tensor m_numbers;
};

/// A copy of `tensor`, which is on the processor, on `device`; goes on without waiting for it.
at::Tensor upload(const at::Tensor& tensor, at::Device device);

} // namespace phono
