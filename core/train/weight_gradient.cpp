#include "core/train/weight_gradient.h"

#include "core/train/parallel.h"
#include "core/train/row_loops.h"

#include <algorithm>

namespace phono {
namespace {

constexpr std::int64_t kUnitFrames = 2048; // that are computed together; even
constexpr std::int64_t kChunk = 32; // columns transposed at a time
constexpr std::size_t kPlanes = 3;

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
    m_kernel = &kernel;
    m_job = &job;
    m_threads = threads;
    m_moves = job.tapsMove == TapsMove::Input;
    const int reach = m_moves ? tapReach(job.conv) : 0;
    m_pairs = kernel.pairsTaps && reach > 0;
    m_reach = m_pairs ? reach / 2 + 1 : reach;
    m_phases = m_moves ? std::min(job.conv.stride, job.conv.taps) : 1;
    m_zeros.assign(static_cast<std::size_t>(kernel.panel), 0.0F);
    m_scratch.resize(static_cast<std::size_t>(threads));

    m_segments.clear();
    std::int64_t frames = 0;
    std::size_t at = 0;
    const auto flush = [&] {
        m_columnPitch = at / kPackDepth * kPackDepth + kPackDepth + 64 / sizeof(Number);
        addUnit(weights);
        m_segments.clear();
        frames = 0;
        at = 0;
    };
    for (std::int64_t item = 0; item < job.items; ++item)
        for (std::int64_t first = 0; first < job.frames; first += kUnitFrames) {
            const auto count = std::min(kUnitFrames, job.frames - first);
            if (frames > 0 && frames + count > kUnitFrames)
                flush();
            const auto columns = m_pairs ? (count + 1) / 2 : count;
            m_segments.push_back({{item, first, count}, columns, at});
            frames += count;
            // Room for what a product reads beyond the columns.
            at += static_cast<std::size_t>(kernel.roundedDepth(columns) + m_reach);
        }
    if (frames > 0)
        flush();
}

template <typename Number>
void WeightGradient<Number>::addUnit(float* weights)
{
    const auto& kernel = *m_kernel;
    const auto& conv = m_job->conv;
    m_planeSize =
        (rowWidth(conv.inChannels) + static_cast<std::size_t>(kernel.rowUnit)) * m_columnPitch;
    m_transposed.ensure(static_cast<std::size_t>(m_phases) * (m_pairs ? kPlanes : 1) * m_planeSize);
    transpose();
    m_copySize = 0;
    for (const auto& segment : m_segments)
        m_copySize += static_cast<std::size_t>(kernel.roundedDepth(segment.columns))
            * static_cast<std::size_t>(kernel.panel);

    // Four groups of rows give enough parts to share, and pack a panel's gradients four times.
    const int units = (conv.inChannels + kernel.rowUnit - 1) / kernel.rowUnit;
    const int groupRows = (units + 3) / 4 * kernel.rowUnit;
    const int groups = (conv.inChannels + groupRows - 1) / groupRows;
    const int panels = (conv.outChannels + kernel.panel - 1) / kernel.panel;
    parallelFor(m_threads, static_cast<std::int64_t>(panels) * groups,
                [&](std::int64_t index, int thread) {
                    const int firstRow = static_cast<int>(index) % groups * groupRows;
                    addPanel(static_cast<int>(index) / groups, firstRow,
                             std::min(groupRows, conv.inChannels - firstRow), weights,
                             m_scratch[static_cast<std::size_t>(thread)]);
                });
}

template <typename Number>
void WeightGradient<Number>::transpose()
{
    std::vector<Segment> chunks;
    for (std::size_t i = 0; i < m_segments.size(); ++i) {
        const auto& segment = m_segments[i];
        const auto end = i + 1 < m_segments.size() ? m_segments[i + 1].at : m_columnPitch;
        const auto count = static_cast<std::int64_t>(end - segment.at);
        for (std::int64_t column = 0; column < count; column += kChunk) {
            auto rows = segment.rows;
            rows.first += column * (m_pairs ? 2 : 1);
            chunks.push_back({rows, std::min(kChunk, count - column),
                              segment.at + static_cast<std::size_t>(column)});
        }
    }
    parallelFor(m_threads, static_cast<std::int64_t>(chunks.size()),
                [&](std::int64_t index, int thread) {
                    transposeChunk(chunks[static_cast<std::size_t>(index)], thread);
                });
}

template <typename Number>
void WeightGradient<Number>::transposeChunk(const Segment& chunk, int thread)
{
    const auto& in = m_job->in;
    const std::int64_t stride = m_moves ? m_job->conv.stride : 1;
    const auto firstRow = chunk.rows.first * stride;
    const auto wanted = (m_pairs ? 2 * chunk.columns + 1 : chunk.columns) * stride;
    const auto there = std::clamp<std::int64_t>(in.count - firstRow, 0, wanted);
    const auto* rows = there > 0 ? in.rows(chunk.rows.item, firstRow, there, thread) : nullptr;
    for (int phase = 0; phase < m_phases; ++phase) {
        // Rows of this phase, `stride` apart.
        const auto count = std::max<std::int64_t>(0, (there - phase + stride - 1) / stride);
        const auto* from = rows + static_cast<std::size_t>(phase) * in.pitch;
        if (m_pairs)
            transposePairs(chunk, from, count, phase, m_scratch[static_cast<std::size_t>(thread)]);
        else
            transposeRowsOf(from, static_cast<std::size_t>(stride) * in.pitch, count, chunk,
                            static_cast<std::size_t>(phase));
    }
}

/// Transposes `there` rows and puts zeros for the rest of the chunk.
template <typename Number>
void WeightGradient<Number>::transposeRowsOf(const Number* rows, std::size_t pitch,
                                             std::int64_t there, const Segment& chunk,
                                             std::size_t plane)
{
    const auto width = rowWidth(m_job->conv.inChannels);
    Number* to = m_transposed.data() + plane * m_planeSize + chunk.at;
    there = std::min(there, chunk.columns);
    if (there > 0)
        transposeRows(rows, pitch, static_cast<std::size_t>(there), width, to, m_columnPitch);
    if (there == chunk.columns)
        return;
    for (std::size_t c = 0; c < width; ++c)
        std::fill(to + c * m_columnPitch + there, to + c * m_columnPitch + chunk.columns,
                  Number(0));
}

template <typename Number>
void WeightGradient<Number>::transposePairs(const Segment& chunk, const Number* rows,
                                            std::int64_t there, int phase, Scratch& scratch)
{
    const auto width = rowWidth(m_job->conv.inChannels);
    const auto step = static_cast<std::size_t>(m_job->conv.stride) * m_job->in.pitch;
    const auto plane = static_cast<std::size_t>(phase) * kPlanes;
    transposeRowsOf(rows + step, 2 * step, there / 2, chunk, plane + Odd);

    // A row that is not there is zero.
    scratch.rows.ensure(static_cast<std::size_t>(2 * kChunk + 1) * width);
    Number* zeros = scratch.rows.data() + static_cast<std::size_t>(2 * kChunk) * width;
    std::fill_n(zeros, width, Number(0));
    const auto row = [&](std::int64_t index) {
        return index < there ? rows + static_cast<std::size_t>(index) * step : zeros;
    };
    for (std::int64_t column = 0; column < chunk.columns; ++column) {
        Number* difference = scratch.rows.data() + static_cast<std::size_t>(column) * width;
        subtractRows(row(2 * column), row(2 * column + 1), width, difference);
        subtractRows(row(2 * column + 2), row(2 * column + 1), width,
                     difference + static_cast<std::size_t>(kChunk) * width);
    }
    transposeRowsOf(scratch.rows.data(), width, chunk.columns, chunk, plane + EvenDifference);
    transposeRowsOf(scratch.rows.data() + static_cast<std::size_t>(kChunk) * width, width,
                    chunk.columns, chunk, plane + OddDifference);
}

/// Copies of the gradients' panel: one, or one per tap; or the even and the odd frames and their
/// sums.
template <typename Number>
void WeightGradient<Number>::packGradients(int panel, Scratch& scratch) const
{
    const auto width = static_cast<std::size_t>(m_kernel->panel);
    const auto pitch = m_job->gradientPitch;
    const int taps = m_moves ? 1 : m_job->conv.taps;
    const auto copies = m_pairs ? kPlanes : static_cast<std::size_t>(taps);
    scratch.panels.ensure(m_copySize * copies);
    std::size_t at = 0;
    for (const auto& segment : m_segments) {
        const auto depth = static_cast<std::size_t>(m_kernel->roundedDepth(segment.columns));
        for (int tap = 0; tap < taps; ++tap) {
            const auto* from = m_job->gradient(segment.rows.item, segment.rows.first, tap)
                + static_cast<std::size_t>(panel) * width;
            Number* to = scratch.panels.data() + at;
            if (!m_pairs) {
                m_kernel->packPanel(from, pitch, segment.columns,
                                    to + static_cast<std::size_t>(tap) * m_copySize);
                continue;
            }
            m_kernel->packPanel(from, 2 * pitch, segment.columns, to + EvenDifference * m_copySize);
            m_kernel->packPanel(from + pitch, 2 * pitch, segment.columns,
                                to + OddDifference * m_copySize);
            scratch.rows.ensure(static_cast<std::size_t>(segment.columns) * width);
            for (std::size_t i = 0; i < static_cast<std::size_t>(segment.columns); ++i)
                sumRows(from + 2 * i * pitch, from + (2 * i + 1) * pitch, width,
                        scratch.rows.data() + i * width);
            m_kernel->packPanel(scratch.rows.data(), width, segment.columns, to + Odd * m_copySize);
        }
        at += depth * width;
    }
}

template <typename Number>
void WeightGradient<Number>::addPanel(int panel, int firstRow, int rows, float* weights,
                                      Scratch& scratch) const
{
    const auto& kernel = *m_kernel;
    const auto& conv = m_job->conv;
    packGradients(panel, scratch);
    scratch.block.ensure(static_cast<std::size_t>(kernel.rowUnit * kernel.panel)
                         * static_cast<std::size_t>(conv.taps));
    const int columns = std::min(kernel.panel, conv.outChannels - panel * kernel.panel);
    for (int row = firstRow; row < firstRow + rows; row += kernel.rowUnit) {
        addTaps(row, scratch);
        const int count = std::min(kernel.rowUnit, firstRow + rows - row);
        const auto inner = m_moves ? conv.inChannels : conv.outChannels;
        const auto outerIndex = static_cast<std::size_t>(m_moves ? panel * kernel.panel : row);
        const auto innerIndex = static_cast<std::size_t>(m_moves ? row : panel * kernel.panel);
        float* to = weights
            + (outerIndex * static_cast<std::size_t>(inner) + innerIndex)
                * static_cast<std::size_t>(conv.taps);
        const auto addTo = m_moves ? addBlock<true> : addBlock<false>;
        addTo(scratch.block.data(), kernel.rowUnit, kernel.panel, count, columns, inner, conv.taps,
              to);
    }
}

/// All taps' products for one unit of input channels.
template <typename Number>
void WeightGradient<Number>::addTaps(int row, Scratch& scratch) const
{
    const auto& conv = m_job->conv;
    const auto blockSize = static_cast<std::size_t>(m_kernel->rowUnit * m_kernel->panel);
    const auto block = [&](int tap) {
        return scratch.block.data() + static_cast<std::size_t>(tap) * blockSize;
    };
    if (!m_moves) {
        for (int tap = 0; tap < conv.taps; ++tap)
            product(scratch, 0, row, 0, static_cast<std::size_t>(tap), block(tap), false);
        return;
    }
    if (!m_pairs) {
        for (int tap = 0; tap < conv.taps; ++tap)
            product(scratch, static_cast<std::size_t>(tap % conv.stride), row, tap / conv.stride, 0,
                    block(tap), false);
        return;
    }
    for (int phase = 0; phase < m_phases; ++phase)
        for (int tap = phase; tap < conv.taps; tap += 2 * conv.stride) {
            const auto plane = static_cast<std::size_t>(phase) * kPlanes;
            const int shift = tap / conv.stride / 2;
            const int second = tap + conv.stride;
            product(scratch, plane + Odd, row, shift, Odd, block(tap), false);
            if (second < conv.taps) {
                std::copy_n(block(tap), blockSize, block(second));
                product(scratch, plane + OddDifference, row, shift, OddDifference, block(second),
                        true);
            }
            product(scratch, plane + EvenDifference, row, shift, EvenDifference, block(tap), true);
        }
}

template <typename Number>
void WeightGradient<Number>::product(const Scratch& scratch, std::size_t plane, int row, int shift,
                                     std::size_t copy, float* block, bool add) const
{
    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = m_columnPitch;
    operands.panels = 1;
    operands.rows = m_kernel->rowUnit;
    operands.out = block;
    operands.outPitch = static_cast<std::size_t>(m_kernel->panel);
    operands.matrix = scratch.panels.data() + copy * m_copySize;
    for (const auto& segment : m_segments) {
        operands.in = input(plane, row, shift) + segment.at;
        operands.depth = static_cast<int>(m_kernel->roundedDepth(segment.columns));
        m_kernel->addTo(add ? nullptr : m_zeros.data(), operands);
        add = true;
        operands.matrix += operands.depth * m_kernel->panel;
    }
}

template class WeightGradient<float>;
template class WeightGradient<BFloat16>;

} // namespace phono
