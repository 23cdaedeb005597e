#include "core/train/row_conv.h"

#include "core/train/row_loops.h"

#include <algorithm>

namespace phono {

std::vector<RowTile> makeTiles(std::int64_t items, std::int64_t rows, int rowUnit)
{
    constexpr int kRows = 112;
    const std::int64_t size = std::max(1, kRows / (kPairedRows * rowUnit)) * kPairedRows * rowUnit;
    std::vector<RowTile> tiles;
    for (std::int64_t item = 0; item < items; ++item)
        for (std::int64_t first = 0; first < rows; first += size)
            tiles.push_back({item, first, std::min(size, rows - first)});
    return tiles;
}

template <typename Number>
void PackedConvolution<Number>::pack(const ProductKernel<Number>& kernel, const TapWeights& weights,
                                     const RowConv& conv, Direction direction, int threads)
{
    const bool forward = direction == Direction::Forward;
    m_kernel = kernel;
    m_conv = conv;
    const int steps = tapReach(conv) + 1;
    const int pairings = TapTree::pairingsFor(steps, kernel.pairings);
    m_phases.clear();
    std::vector<TapSum> matrices;
    for (int phase = 0; phase < conv.stride; ++phase) {
        std::vector<TapSum> taps;
        for (int step = 0; step < steps; ++step) {
            const int tap = phase + conv.stride * (forward ? step : steps - 1 - step);
            taps.push_back(tap < conv.taps ? TapSum{tap} : TapSum{});
        }
        m_phases.emplace_back(taps, pairings, matrices);
    }
    m_weights.pack(kernel, weights, forward ? Depth::Inner : Depth::Outer, matrices, threads);
    m_columns = rowWidth(forward ? conv.outChannels : conv.inChannels);
    m_depthChannels = forward ? conv.inChannels : conv.outChannels;
    m_zeros.assign(m_columns, 0.0F);
}

template <typename Number>
void PackedConvolution<Number>::forward(const Number* in, std::size_t inPitch, int rows,
                                        const float* bias, float* out, std::size_t outPitch,
                                        ConvScratch<Number>& scratch) const
{
    const auto stride = static_cast<std::size_t>(m_conv.stride);
    const auto phases = static_cast<std::size_t>(std::min(m_conv.stride, m_conv.taps));
    for (std::size_t phase = 0; phase < phases; ++phase)
        apply(m_phases[phase], {in + phase * inPitch, stride * inPitch, rows, out, outPitch},
              phase == 0 ? bias : nullptr, scratch, 0);
}

template <typename Number>
void PackedConvolution<Number>::backward(const RowBuffer<Number>& gradient, std::int64_t item,
                                         std::int64_t firstFrame, int frames, bool add, float* out,
                                         std::size_t outPitch, ConvScratch<Number>& scratch) const
{
    // Input row stride * u + phase meets tap phase + stride * q of frame u - q.
    const auto* in = gradient.row(item, firstFrame - tapReach(m_conv));
    for (int phase = 0; phase < m_conv.stride; ++phase)
        apply(m_phases[static_cast<std::size_t>(phase)],
              {in, gradient.pitch(), frames, out + static_cast<std::size_t>(phase) * outPitch,
               static_cast<std::size_t>(m_conv.stride) * outPitch},
              add ? nullptr : m_zeros.data(), scratch, 0);
}

template <typename Number>
void PackedConvolution<Number>::apply(const TapTree& tree, const Rows& rows, const float* start,
                                      ConvScratch<Number>& scratch, int level) const
{
    if (!tree.parts.empty()) {
        applyParts(tree, rows, start, scratch, level);
        return;
    }
    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = rows.inPitch;
    operands.depth = m_weights.depth();
    operands.panels = m_weights.panels();
    operands.rows = rows.count;
    operands.out = rows.out;
    operands.outPitch = rows.outPitch;
    for (const auto& product : tree.products) {
        operands.in = rows.in + product.step * rows.inPitch;
        operands.matrix = m_weights.matrix(product.matrix);
        m_kernel.addTo(start, operands);
        start = nullptr;
    }
    for (int r = 0; r < rows.count && start; ++r)
        std::copy_n(start, m_columns, rows.out + static_cast<std::size_t>(r) * rows.outPitch);
}

template <typename Number>
void PackedConvolution<Number>::applyParts(const TapTree& tree, const Rows& rows,
                                           const float* start, ConvScratch<Number>& scratch,
                                           int level) const
{
    auto& own = scratch.levels[level];
    const auto slack = static_cast<std::size_t>(tileSlack(m_kernel.rowUnit));
    const auto half = static_cast<std::size_t>(rows.count + 1) / 2;
    const auto count = static_cast<int>(half);

    // What both of two neighbouring outputs contain.
    const auto sumPitch = m_columns + 16;
    own.sums.ensure((half + slack) * sumPitch);
    apply(tree.parts[TapTree::OddRows],
          {rows.in + rows.inPitch, 2 * rows.inPitch, count, own.sums.data(), sumPitch},
          m_zeros.data(), scratch, level + 1);
    for (std::size_t r = 0; r < 2 * half; ++r) {
        float* out = rows.out + r * rows.outPitch;
        const float* sum = own.sums.data() + r / 2 * sumPitch;
        if (start)
            sumRows(start, sum, m_columns, out);
        else
            addRow(sum, m_columns, out);
    }

    const auto width = rowWidth(m_depthChannels);
    const auto pitch = width + 64 / sizeof(Number);
    const auto subtract = [&](AlignedBuffer<Number>& to, std::size_t differences, std::size_t first,
                              std::size_t second) {
        to.ensure((differences + slack) * pitch);
        for (std::size_t r = 0; r < differences; ++r)
            subtractRows(rows.in + (2 * r + first) * rows.inPitch,
                         rows.in + (2 * r + second) * rows.inPitch, width, to.data() + r * pitch);
    };
    const auto& even = tree.parts[TapTree::EvenDifferences];
    subtract(own.even, even.rowsFor(half), 0, 1);
    apply(even, {own.even.data(), pitch, count, rows.out, 2 * rows.outPitch}, nullptr, scratch,
          level + 1);
    const auto& odd = tree.parts[TapTree::OddDifferences];
    subtract(own.odd, odd.rowsFor(half), 2, 1);
    apply(odd, {own.odd.data(), pitch, count, rows.out + rows.outPitch, 2 * rows.outPitch}, nullptr,
          scratch, level + 1);
}

template class PackedConvolution<float>;
template class PackedConvolution<BFloat16>;

} // namespace phono
