#pragma once

#include "core/train/row_conv.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace phono {

/// The gradient of a convolution's weights: for every tap the product of the input, transposed so
/// that its rows are channels over time, with the gradient of the output.
///
/// Frames are taken in stretches of bounded length, so the transposed copies stay small. Where the
/// kernel pairs taps, frames are taken in pairs, too: with g = g0 + g1, the gradient of a is
/// x1 g + (x0 - x1) g0, that of b x1 g + (x2 - x1) g1 (see PackedConvolution). Keeps its buffers
/// between calls.
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
        RowConv conv; ///< the head's has a stride of 1
        RowSource<Number> in;
        /// Row `frame` of the output's gradient as a tap sees it; `gradientPitch` numbers apart.
        /// Behind an item's last there is one of zeros.
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
        std::int64_t columns = 0; // frames, or pairs of frames
        std::size_t at = 0; // where its columns begin in the transposed input
    };
    struct Scratch {
        AlignedBuffer<Number> panels; // gradients, packed
        AlignedBuffer<Number> rows;
        AlignedBuffer<float> block; // [taps][rowUnit][panel]
    };
    enum Plane { Odd, EvenDifference, OddDifference }; // of a phase's input when paired

    void addUnit(float* weights);
    void transpose();
    void transposeChunk(const Segment& chunk, int thread);
    void transposePairs(const Segment& chunk, const Number* rows, std::int64_t there, int phase,
                        Scratch& scratch);
    void transposeRowsOf(const Number* rows, std::size_t pitch, std::int64_t there,
                         const Segment& chunk, std::size_t plane);
    void addPanel(int panel, int firstRow, int rows, float* weights, Scratch& scratch) const;
    void packGradients(int panel, Scratch& scratch) const;
    void addTaps(int row, Scratch& scratch) const;
    void product(const Scratch& scratch, std::size_t plane, int row, int shift, std::size_t copy,
                 float* block, bool add) const;
    const Number* input(std::size_t plane, int row, int shift) const
    {
        return m_transposed.data() + plane * m_planeSize
            + static_cast<std::size_t>(row) * m_columnPitch + static_cast<std::size_t>(shift);
    }

    const ProductKernel<Number>* m_kernel = nullptr;
    const Job* m_job = nullptr;
    int m_threads = 1;
    bool m_moves = true;
    bool m_pairs = false;
    int m_phases = 1;
    int m_reach = 0; // columns that taps reach beyond theirs
    std::vector<Segment> m_segments; // that are computed together
    AlignedBuffer<Number> m_transposed; // [phase][plane][channel][column]
    std::size_t m_columnPitch = 0;
    std::size_t m_planeSize = 0;
    std::size_t m_copySize = 0; // of packed gradients
    std::vector<float> m_zeros;
    std::vector<Scratch> m_scratch;
};

} // namespace phono
