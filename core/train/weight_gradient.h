#pragma once

#include "core/train/row_conv.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace phono {

/// The gradient of a convolution's weights: for every tap the product of the input, transposed so
/// that its rows are channels over time, with the gradient of the output.
///
/// Frames are taken in stretches of bounded length, so the transposed copies stay small. Keeps its
/// buffers between calls.
template <typename Number>
class WeightGradient {
public:
    /// Whether taps meet other input rows (a convolution) or other gradients (the prediction head:
    /// a transposed convolution of which every tap has an output of its own).
    enum class TapsMove { Input, Gradient };

    struct Job {
        /// Weights as PyTorch lays them out, [outer][inner][taps]. A convolution's outer dimension
        /// is its output, the head's is its input.
        TapsMove tapsMove = TapsMove::Input;
        RowConv conv;
        RowSource<Number> in;
        /// Row `frame` of the output's gradient as a tap sees it; `gradientPitch` numbers apart.
        std::function<const Number*(std::int64_t item, std::int64_t frame, int tap)> gradient;
        std::size_t gradientPitch = 0;
        std::int64_t items = 0;
        std::int64_t frames = 0;
    };
    /// Adds to `weights`.
    void add(const ProductKernel<Number>& kernel, const Job& job, float* weights, int threads);

private:
    struct Segment {
        RowTile rows;
        std::size_t at = 0; // where its frames begin in the transposed input
    };
    struct Scratch {
        AlignedBuffer<Number> panel; // gradients, packed
        AlignedBuffer<float> block; // [taps][rowUnit][panel]
    };

    void transpose(const Job& job, int threads);
    void addUnit(const ProductKernel<Number>& kernel, const Job& job, float* weights, int threads);
    void addPanel(const ProductKernel<Number>& kernel, const Job& job, int panel, int firstRow,
                  int rows, float* weights, Scratch& scratch) const;
    void packGradients(const ProductKernel<Number>& kernel, const Job& job, int panel,
                       AlignedBuffer<Number>& packed) const;

    std::vector<Segment> m_segments; // that are computed together
    AlignedBuffer<Number> m_transposed; // [phase][channel][frame]
    std::size_t m_framePitch = 0;
    std::size_t m_phaseSize = 0;
    std::vector<Scratch> m_scratch;
};

} // namespace phono
