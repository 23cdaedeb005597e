#pragma once

#include "core/train/row_conv.h"
#include "core/train/tap_tree.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace phono {

/// The gradient of a convolution's weights: for every tap the product of the input, transposed so
/// that its rows are channels over time, with the gradient of the output.
///
/// Frames are taken in stretches of bounded length, so the transposed copies stay small. Products
/// are saved as a TapTree saves them: of m, which both outputs contain, the gradient is the sum of
/// theirs, so (a + b) gets x1 (g0 + g1), a gets (x0 - x1) g0 as well, and b (x2 - x1) g1. Keeps its
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
        RowConv conv; ///< the head's has a stride of 1
        RowSource<Number> in;
        /// Row `frame` of the output's gradient as a tap sees it; `gradientPitch` numbers apart.
        /// Behind an item's last are kPairedRows of zeros.
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
        std::int64_t columns = 0; // frames, pairs or fours of frames
        std::size_t at = 0; // where its columns begin in the transposed input
    };
    struct Scratch {
        AlignedBuffer<Number> panels; // gradients, packed
        AlignedBuffer<Number> rows[kMostPairings]; // differences or sums of rows
        AlignedBuffer<float> blocks; // [taps][rowUnit][panel]
        AlignedBuffer<float> sums[kMostPairings]; // of blocks
    };
    /// Rows on their way into the transposed input; those beyond `there` are zero.
    struct Sequence {
        const Number* rows = nullptr;
        std::size_t pitch = 0;
        std::int64_t there = 0;
    };

    void addUnit(float* weights);
    void transpose();
    void transposeChunk(const Segment& chunk, int thread);
    void transposeSequence(const Sequence& sequence, const Segment& chunk, int pairings,
                           std::size_t plane, Scratch& scratch);
    void transposeRowsOf(const Sequence& sequence, const Segment& chunk, std::size_t plane);
    void addPanel(int panel, int firstRow, int rows, float* weights, Scratch& scratch) const;
    void packGradients(int panel, Scratch& scratch) const;
    void packSequence(const Number* rows, std::size_t pitch, std::int64_t columns, int pairings,
                      std::size_t at, std::size_t copy, Scratch& scratch) const;
    void addTaps(int row, Scratch& scratch) const;
    void addTree(const TapTree& tree, int row, std::size_t plane, std::size_t copy,
                 const std::vector<float*>& blocks, bool add, Scratch& scratch, int level) const;
    void product(std::size_t plane, int row, std::size_t shift, std::size_t copy, float* block,
                 bool add, const Scratch& scratch) const;
    std::size_t blockSize() const
    {
        return static_cast<std::size_t>(m_kernel->rowUnit * m_kernel->panel);
    }
    /// Rows of a sequence that `columns` columns are made of.
    static std::int64_t rowsOf(std::int64_t columns, int pairings)
    {
        return (columns << pairings) + (1 << pairings) - 1;
    }

    const ProductKernel<Number>* m_kernel = nullptr;
    const Job* m_job = nullptr;
    int m_threads = 1;
    bool m_moves = true;
    int m_pairings = 0;
    std::vector<TapTree> m_phases;
    std::size_t m_planes = 1; // of a phase, and copies of the gradients: 3 ^ pairings
    std::size_t m_reach = 0; // columns that taps reach beyond theirs
    std::vector<Segment> m_segments; // that are computed together
    AlignedBuffer<Number> m_transposed; // [phase][plane][channel][column]
    std::size_t m_columnPitch = 0;
    std::size_t m_planeSize = 0;
    std::size_t m_copySize = 0; // of packed gradients
    std::vector<float> m_zeros;
    std::vector<Scratch> m_scratch;
};

} // namespace phono
