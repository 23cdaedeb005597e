#include "core/train/weight_gradient.h"

#include "core/train/parallel.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <cstring>

namespace phono {
namespace {

constexpr std::int64_t kUnitFrames = 2048; // that are computed together
constexpr std::int64_t kChunk = 64; // frames transposed at a time

/// Adds a block of products, [taps][blockRows][panel], to weights [outer][inner][taps].
template <bool kRowsAreInner>
void addBlock(const float* block, int blockRows, int panel, int rows, int columns, int inner,
              int taps, float* weights)
{
    const auto tapSize = static_cast<std::size_t>(blockRows * panel);
    const auto outerStep = static_cast<std::size_t>(inner) * static_cast<std::size_t>(taps);
    const int runs = kRowsAreInner ? columns : rows;
    const int length = kRowsAreInner ? rows : columns;
    for (int run = 0; run < runs; ++run) {
        float* to = weights + static_cast<std::size_t>(run) * outerStep;
        for (int i = 0; i < length; ++i) {
            const float* from = block + (kRowsAreInner ? i * panel + run : run * panel + i);
            for (int tap = 0; tap < taps; ++tap)
                *to++ += from[static_cast<std::size_t>(tap) * tapSize];
        }
    }
}

} // namespace

template <typename Number>
void WeightGradient<Number>::add(const ProductKernel<Number>& kernel, const Job& job,
                                 float* weights, int threads)
{
    m_scratch.resize(static_cast<std::size_t>(threads));
    m_segments.clear();
    std::int64_t frames = 0;
    const auto reach = job.tapsMove == TapsMove::Input ? tapReach(job.conv) : 0;
    std::size_t at = 0;
    const auto flush = [&] {
        m_framePitch = at / kPackDepth * kPackDepth + kPackDepth + 64 / sizeof(Number);
        addUnit(kernel, job, weights, threads);
        m_segments.clear();
        frames = 0;
        at = 0;
    };
    for (std::int64_t item = 0; item < job.items; ++item)
        for (std::int64_t first = 0; first < job.frames; first += kUnitFrames) {
            const auto count = std::min(kUnitFrames, job.frames - first);
            if (frames > 0 && frames + count > kUnitFrames)
                flush();
            m_segments.push_back({{item, first, count}, at});
            frames += count;
            // Room for what a product reads beyond the frames.
            at += static_cast<std::size_t>(kernel.roundedDepth(count) + reach);
        }
    if (frames > 0)
        flush();
}

template <typename Number>
void WeightGradient<Number>::transpose(const Job& job, int threads)
{
    const auto& conv = job.conv;
    const auto width = rowWidth(conv.inChannels);
    const bool moves = job.tapsMove == TapsMove::Input;
    const int phases = moves ? std::min(conv.stride, conv.taps) : 1;
    const auto stride = moves ? conv.stride : 1;
    std::vector<Segment> chunks;
    for (std::size_t i = 0; i < m_segments.size(); ++i) {
        const auto& segment = m_segments[i];
        const auto end = i + 1 < m_segments.size() ? m_segments[i + 1].at : m_framePitch;
        const auto count = static_cast<std::int64_t>(end - segment.at);
        for (std::int64_t u = 0; u < count; u += kChunk)
            chunks.push_back(
                {{segment.rows.item, segment.rows.first + u, std::min(kChunk, count - u)},
                 segment.at + static_cast<std::size_t>(u)});
    }
    parallelFor(
        threads, static_cast<std::int64_t>(chunks.size()), [&](std::int64_t index, int thread) {
            const auto& chunk = chunks[static_cast<std::size_t>(index)];
            const auto& tile = chunk.rows;
            const auto firstRow = tile.first * stride;
            const auto lastRow = std::min(job.in.count, firstRow + tile.count * stride);
            const auto* rows = firstRow < lastRow
                ? job.in.rows(tile.item, firstRow, lastRow - firstRow, thread)
                : nullptr;
            for (int phase = 0; phase < phases; ++phase) {
                const auto there =
                    std::max<std::int64_t>(0, (lastRow - firstRow - phase + stride - 1) / stride);
                auto* to =
                    m_transposed.data() + static_cast<std::size_t>(phase) * m_phaseSize + chunk.at;
                if (there > 0)
                    transposeRows(rows + static_cast<std::size_t>(phase) * job.in.pitch,
                                  static_cast<std::size_t>(stride) * job.in.pitch,
                                  static_cast<std::size_t>(there), width, to, m_framePitch);
                if (there == tile.count)
                    continue;
                for (std::size_t c = 0; c < width; ++c)
                    std::fill(to + c * m_framePitch + there, to + c * m_framePitch + tile.count,
                              Number(0));
            }
        });
}

template <typename Number>
void WeightGradient<Number>::addUnit(const ProductKernel<Number>& kernel, const Job& job,
                                     float* weights, int threads)
{
    const auto& conv = job.conv;
    const int phases = job.tapsMove == TapsMove::Input ? std::min(conv.stride, conv.taps) : 1;
    const auto width = rowWidth(conv.inChannels);
    m_phaseSize = (width + static_cast<std::size_t>(kernel.rowUnit)) * m_framePitch;
    m_transposed.ensure(static_cast<std::size_t>(phases) * m_phaseSize);
    transpose(job, threads);

    // Four groups of rows give enough parts to share, and pack a panel's gradients four times.
    const int units = (conv.inChannels + kernel.rowUnit - 1) / kernel.rowUnit;
    const int groupRows = (units + 3) / 4 * kernel.rowUnit;
    const int groups = (conv.inChannels + groupRows - 1) / groupRows;
    const int panels = (conv.outChannels + kernel.panel - 1) / kernel.panel;
    parallelFor(threads, static_cast<std::int64_t>(panels) * groups,
                [&](std::int64_t index, int thread) {
                    const int firstRow = static_cast<int>(index) % groups * groupRows;
                    addPanel(kernel, job, static_cast<int>(index) / groups, firstRow,
                             std::min(groupRows, conv.inChannels - firstRow), weights,
                             m_scratch[static_cast<std::size_t>(thread)]);
                });
}

template <typename Number>
void WeightGradient<Number>::packGradients(const ProductKernel<Number>& kernel, const Job& job,
                                           int panel, AlignedBuffer<Number>& packed) const
{
    const auto width = static_cast<std::size_t>(kernel.panel);
    const int copies = job.tapsMove == TapsMove::Gradient ? job.conv.taps : 1;
    std::size_t size = 0;
    for (const auto& segment : m_segments)
        size += static_cast<std::size_t>(kernel.roundedDepth(segment.rows.count)) * width;
    packed.ensure(size * static_cast<std::size_t>(copies));
    Number* to = packed.data();
    for (int copy = 0; copy < copies; ++copy)
        for (const auto& segment : m_segments) {
            kernel.packPanel(job.gradient(segment.rows.item, segment.rows.first, copy)
                                 + static_cast<std::size_t>(panel) * width,
                             job.gradientPitch, segment.rows.count, to);
            to += static_cast<std::size_t>(kernel.roundedDepth(segment.rows.count)) * width;
        }
}

template <typename Number>
void WeightGradient<Number>::addPanel(const ProductKernel<Number>& kernel, const Job& job,
                                      int panel, int firstRow, int rows, float* weights,
                                      Scratch& scratch) const
{
    const auto& conv = job.conv;
    const bool moves = job.tapsMove == TapsMove::Input;
    const auto blockSize = static_cast<std::size_t>(kernel.rowUnit * kernel.panel);
    packGradients(kernel, job, panel, scratch.panel);
    scratch.block.ensure(blockSize * static_cast<std::size_t>(conv.taps));
    const int columns = std::min(kernel.panel, conv.outChannels - panel * kernel.panel);
    const std::vector<float> zeros(static_cast<std::size_t>(kernel.panel), 0.0F);

    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = m_framePitch;
    operands.panels = 1;
    operands.rows = kernel.rowUnit;
    operands.outPitch = static_cast<std::size_t>(kernel.panel);
    for (int row = firstRow; row < firstRow + rows; row += kernel.rowUnit) {
        operands.matrix = scratch.panel.data();
        for (int tap = 0; tap < conv.taps; ++tap) {
            if (moves)
                operands.matrix = scratch.panel.data();
            operands.out = scratch.block.data() + static_cast<std::size_t>(tap) * blockSize;
            const auto phase = static_cast<std::size_t>(moves ? tap % conv.stride : 0);
            const auto shift = static_cast<std::size_t>(moves ? tap / conv.stride : 0);
            const Number* in = m_transposed.data() + phase * m_phaseSize
                + static_cast<std::size_t>(row) * m_framePitch + shift;
            const float* start = zeros.data();
            for (const auto& segment : m_segments) {
                operands.in = in + segment.at;
                operands.depth = static_cast<int>(kernel.roundedDepth(segment.rows.count));
                kernel.addTo(start, operands);
                start = nullptr;
                operands.matrix += operands.depth * kernel.panel;
            }
        }
        const int count = std::min(kernel.rowUnit, firstRow + rows - row);
        const auto inner = moves ? conv.inChannels : conv.outChannels;
        const auto outerIndex = static_cast<std::size_t>(moves ? panel * kernel.panel : row);
        const auto innerIndex = static_cast<std::size_t>(moves ? row : panel * kernel.panel);
        float* to = weights
            + (outerIndex * static_cast<std::size_t>(inner) + innerIndex)
                * static_cast<std::size_t>(conv.taps);
        const auto addTo = moves ? addBlock<true> : addBlock<false>;
        addTo(scratch.block.data(), kernel.rowUnit, kernel.panel, count, columns, inner, conv.taps,
              to);
    }
}

template class WeightGradient<float>;
template class WeightGradient<BFloat16>;

} // namespace phono
