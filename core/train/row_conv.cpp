#include "core/train/row_conv.h"

#include "core/train/row_loops.h"

#include <algorithm>

namespace phono {

std::vector<RowTile> makeTiles(std::int64_t items, std::int64_t rows, int rowUnit)
{
    constexpr int kRows = 64;
    const std::int64_t size = std::max(1, kRows / (2 * rowUnit)) * (2 * rowUnit);
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
    m_pairs = kernel.pairsTaps && steps > 1;
    m_perPhase = static_cast<std::size_t>(m_pairs ? (steps + 1) / 2 : steps);
    m_taps.clear();
    std::vector<TapSum> matrices;
    for (int phase = 0; phase < conv.stride; ++phase) {
        const auto tap = [&](int step) {
            const int index = phase + conv.stride * (forward ? step : steps - 1 - step);
            return step < steps && index < conv.taps ? index : -1;
        };
        for (int step = 0; step < steps; step += m_pairs ? 2 : 1) {
            const TapSum taps{tap(step), m_pairs ? tap(step + 1) : -1};
            m_taps.push_back(taps);
            matrices.push_back(taps);
            if (m_pairs) {
                matrices.push_back({taps.first, -1});
                matrices.push_back({taps.second, -1});
            }
        }
    }
    m_weights.pack(kernel, weights, forward ? Depth::Inner : Depth::Outer, matrices, threads);
    m_columns = rowWidth(forward ? conv.outChannels : conv.inChannels);
    m_depthChannels = forward ? conv.inChannels : conv.outChannels;
    m_zeros.assign(m_columns, 0.0F);
}

template <typename Number>
void PackedConvolution<Number>::product(const Rows& rows, std::size_t matrix,
                                        const float* start) const
{
    typename ProductKernel<Number>::Operands operands;
    operands.in = rows.in;
    operands.inPitch = rows.inPitch;
    operands.matrix = m_weights.matrix(matrix);
    operands.depth = m_weights.depth();
    operands.panels = m_weights.panels();
    operands.rows = rows.count;
    operands.out = rows.out;
    operands.outPitch = rows.outPitch;
    m_kernel.addTo(start, operands);
}

template <typename Number>
void PackedConvolution<Number>::forward(const Number* in, std::size_t inPitch, int rows,
                                        const float* bias, float* out, std::size_t outPitch,
                                        ConvScratch<Number>& scratch) const
{
    const auto stride = static_cast<std::size_t>(m_conv.stride);
    for (int phase = 0; phase < std::min(m_conv.stride, m_conv.taps); ++phase)
        apply(
            phase,
            {in + static_cast<std::size_t>(phase) * inPitch, stride * inPitch, rows, out, outPitch},
            phase == 0 ? bias : nullptr, scratch);
}

template <typename Number>
void PackedConvolution<Number>::backward(const RowBuffer<Number>& gradient, std::int64_t item,
                                         std::int64_t firstFrame, int frames, bool add, float* out,
                                         std::size_t outPitch, ConvScratch<Number>& scratch) const
{
    // Input row stride * u + phase meets tap phase + stride * q of frame u - q.
    const auto* in = gradient.row(item, firstFrame - tapReach(m_conv));
    for (int phase = 0; phase < m_conv.stride; ++phase)
        apply(phase,
              {in, gradient.pitch(), frames, out + static_cast<std::size_t>(phase) * outPitch,
               static_cast<std::size_t>(m_conv.stride) * outPitch},
              add ? nullptr : m_zeros.data(), scratch);
}

template <typename Number>
void PackedConvolution<Number>::apply(int phase, const Rows& rows, const float* start,
                                      ConvScratch<Number>& scratch) const
{
    if (m_pairs) {
        applyPairs(phase, rows, start, scratch);
        return;
    }
    const auto first = static_cast<std::size_t>(phase) * m_perPhase;
    for (std::size_t step = 0; step < m_perPhase; ++step) {
        if (m_taps[first + step].first < 0)
            continue;
        auto moved = rows;
        moved.in += step * rows.inPitch;
        product(moved, first + step, start);
        start = nullptr;
    }
    for (int r = 0; r < rows.count && start; ++r)
        std::copy_n(start, m_columns, rows.out + static_cast<std::size_t>(r) * rows.outPitch);
}

template <typename Number>
void PackedConvolution<Number>::applyPairs(int phase, const Rows& rows, const float* start,
                                           ConvScratch<Number>& scratch) const
{
    const auto first = static_cast<std::size_t>(phase) * m_perPhase;
    const auto unit = static_cast<std::size_t>(m_kernel.rowUnit);
    const auto half = static_cast<std::size_t>(rows.count + 1) / 2;

    // What both of two neighbouring rows contain.
    const auto sumPitch = m_columns + 16;
    scratch.sums.ensure((half + unit) * sumPitch);
    Rows sums{rows.in + rows.inPitch, 2 * rows.inPitch, static_cast<int>(half), scratch.sums.data(),
              sumPitch};
    const float* zeros = m_zeros.data();
    for (std::size_t pair = first; pair < first + m_perPhase; ++pair) {
        const auto& taps = m_taps[pair];
        if (taps.first >= 0 || taps.second >= 0) {
            product(sums, 3 * pair, zeros);
            zeros = nullptr;
        }
        sums.in += 2 * rows.inPitch;
    }
    for (std::size_t r = 0; r < 2 * half; ++r) {
        float* out = rows.out + r * rows.outPitch;
        const float* sum = scratch.sums.data() + r / 2 * sumPitch;
        if (zeros)
            sum = m_zeros.data(); // no tap has this phase
        if (start)
            sumRows(start, sum, m_columns, out);
        else
            addRow(sum, m_columns, out);
    }

    // x0 - x1, x2 - x1, x2 - x3, …
    const auto width = rowWidth(m_depthChannels);
    const auto pitch = width + 64 / sizeof(Number);
    const bool whole = m_taps[first + m_perPhase - 1].second >= 0;
    const auto count = 2 * (half + m_perPhase - 1) - (whole ? 0 : 1);
    scratch.differences.ensure((count + 4 * unit) * pitch);
    for (std::size_t r = 0; r < count; ++r) {
        const Number* row = rows.in + r * rows.inPitch;
        const Number* next = row + rows.inPitch;
        subtractRows(r % 2 == 0 ? row : next, r % 2 == 0 ? next : row, width,
                     scratch.differences.data() + r * pitch);
    }
    for (std::size_t pair = 0; pair < m_perPhase; ++pair) {
        const auto& taps = m_taps[first + pair];
        const Number* in = scratch.differences.data() + 2 * pair * pitch;
        Rows even{in, 2 * pitch, static_cast<int>(half), rows.out, 2 * rows.outPitch};
        if (taps.first >= 0)
            product(even, 3 * (first + pair) + 1, nullptr);
        Rows odd{in + pitch, 2 * pitch, static_cast<int>(half), rows.out + rows.outPitch,
                 2 * rows.outPitch};
        if (taps.second >= 0)
            product(odd, 3 * (first + pair) + 2, nullptr);
    }
}

template class PackedConvolution<float>;
template class PackedConvolution<BFloat16>;

} // namespace phono
