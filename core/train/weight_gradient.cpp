#include "core/train/weight_gradient.h"

#include "core/train/parallel.h"
#include "core/train/row_loops.h"

#include <algorithm>

namespace phono {
namespace {

constexpr std::int64_t kUnitFrames = 2048; // that are computed together
static_assert(kUnitFrames % kPairedRows == 0);
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
    m_kernel = &kernel;
    m_job = &job;
    m_threads = threads;
    m_moves = job.tapsMove == TapsMove::Input;
    const int steps = m_moves ? tapReach(job.conv) + 1 : 1;
    m_pairings = TapTree::pairingsFor(steps, kernel.pairings);
    m_planes = 1;
    for (int i = 0; i < m_pairings; ++i)
        m_planes *= TapTree::kParts;
    m_reach = static_cast<std::size_t>(steps >> m_pairings) + 1;
    m_phases.clear();
    for (int phase = 0; phase < (m_moves ? std::min(job.conv.stride, job.conv.taps) : 1); ++phase) {
        std::vector<TapSum> taps;
        for (int tap = phase; tap < job.conv.taps; tap += job.conv.stride)
            taps.push_back({tap});
        std::vector<TapSum> matrices;
        m_phases.emplace_back(taps, m_pairings, matrices);
    }
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
            const auto columns = (count + (1 << m_pairings) - 1) >> m_pairings;
            m_segments.push_back({{item, first, count}, columns, at});
            frames += count;
            // Room for what a product reads beyond the columns.
            at += static_cast<std::size_t>(kernel.roundedDepth(columns)) + m_reach;
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
    m_transposed.ensure(m_phases.size() * m_planes * m_planeSize);
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
        const auto size = kChunk >> m_pairings;
        for (std::int64_t column = 0; column < count; column += size) {
            auto rows = segment.rows;
            rows.first += column << m_pairings;
            chunks.push_back({rows, std::min(size, count - column),
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
    const auto wanted = rowsOf(chunk.columns, m_pairings) * stride;
    const auto there = std::clamp<std::int64_t>(in.count - firstRow, 0, wanted);
    const auto* rows = there > 0 ? in.rows(chunk.rows.item, firstRow, there, thread) : nullptr;
    for (std::size_t phase = 0; phase < m_phases.size(); ++phase) {
        Sequence sequence;
        sequence.rows = rows + phase * in.pitch;
        sequence.pitch = static_cast<std::size_t>(stride) * in.pitch;
        sequence.there = std::max<std::int64_t>(
            0, (there - static_cast<std::int64_t>(phase) + stride - 1) / stride);
        transposeSequence(sequence, chunk, m_pairings, phase,
                          m_scratch[static_cast<std::size_t>(thread)]);
    }
}

template <typename Number>
void WeightGradient<Number>::transposeSequence(const Sequence& sequence, const Segment& chunk,
                                               int pairings, std::size_t plane, Scratch& scratch)
{
    if (pairings == 0) {
        transposeRowsOf(sequence, chunk, plane);
        return;
    }
    const auto width = rowWidth(m_job->conv.inChannels);
    const auto count = rowsOf(chunk.columns, pairings - 1);
    auto& buffer = scratch.rows[pairings - 1];
    buffer.ensure(static_cast<std::size_t>(count + 1) * width);
    Number* zeros = buffer.data() + static_cast<std::size_t>(count) * width;
    std::fill_n(zeros, width, Number(0));
    const auto row = [&](std::int64_t index) {
        return index < sequence.there
            ? sequence.rows + static_cast<std::size_t>(index) * sequence.pitch
            : zeros;
    };
    const auto differences = [&](std::int64_t first, TapTree::Part part) {
        for (std::int64_t i = 0; i < count; ++i)
            subtractRows(row(2 * i + first), row(2 * i + 1), width,
                         buffer.data() + static_cast<std::size_t>(i) * width);
        transposeSequence({buffer.data(), width, count}, chunk, pairings - 1,
                          plane * TapTree::kParts + part, scratch);
    };
    transposeSequence({sequence.rows + sequence.pitch, 2 * sequence.pitch, sequence.there / 2},
                      chunk, pairings - 1, plane * TapTree::kParts + TapTree::OddRows, scratch);
    differences(0, TapTree::EvenDifferences);
    differences(2, TapTree::OddDifferences);
}

template <typename Number>
void WeightGradient<Number>::transposeRowsOf(const Sequence& sequence, const Segment& chunk,
                                             std::size_t plane)
{
    const auto width = rowWidth(m_job->conv.inChannels);
    Number* to = m_transposed.data() + plane * m_planeSize + chunk.at;
    const auto there = std::min(sequence.there, chunk.columns);
    if (there > 0)
        transposeRows(sequence.rows, sequence.pitch, static_cast<std::size_t>(there), width, to,
                      m_columnPitch);
    if (there == chunk.columns)
        return;
    for (std::size_t c = 0; c < width; ++c)
        std::fill(to + c * m_columnPitch + there, to + c * m_columnPitch + chunk.columns,
                  Number(0));
}

/// Copies of the gradients' panel: one per plane, or one per tap.
template <typename Number>
void WeightGradient<Number>::packGradients(int panel, Scratch& scratch) const
{
    const auto width = static_cast<std::size_t>(m_kernel->panel);
    const int taps = m_moves ? 1 : m_job->conv.taps;
    scratch.panels.ensure(m_copySize * std::max(m_planes, static_cast<std::size_t>(taps)));
    std::size_t at = 0;
    for (const auto& segment : m_segments) {
        for (int tap = 0; tap < taps; ++tap) {
            const auto* rows = m_job->gradient(segment.rows.item, segment.rows.first, tap)
                + static_cast<std::size_t>(panel) * width;
            packSequence(rows, m_job->gradientPitch, segment.columns, m_pairings, at,
                         static_cast<std::size_t>(tap), scratch);
        }
        at += static_cast<std::size_t>(m_kernel->roundedDepth(segment.columns)) * width;
    }
}

template <typename Number>
void WeightGradient<Number>::packSequence(const Number* rows, std::size_t pitch,
                                          std::int64_t columns, int pairings, std::size_t at,
                                          std::size_t copy, Scratch& scratch) const
{
    if (pairings == 0) {
        m_kernel->packPanel(rows, pitch, columns, scratch.panels.data() + copy * m_copySize + at);
        return;
    }
    const auto width = static_cast<std::size_t>(m_kernel->panel);
    const auto count = static_cast<std::size_t>(columns) << (pairings - 1);
    auto& sums = scratch.rows[pairings - 1];
    sums.ensure(count * width);
    for (std::size_t i = 0; i < count; ++i)
        sumRows(rows + 2 * i * pitch, rows + (2 * i + 1) * pitch, width, sums.data() + i * width);
    const auto part = [&](const Number* from, std::size_t step, TapTree::Part which) {
        packSequence(from, step, columns, pairings - 1, at, copy * TapTree::kParts + which,
                     scratch);
    };
    part(sums.data(), width, TapTree::OddRows);
    part(rows, 2 * pitch, TapTree::EvenDifferences);
    part(rows + pitch, 2 * pitch, TapTree::OddDifferences);
}

template <typename Number>
void WeightGradient<Number>::addPanel(int panel, int firstRow, int rows, float* weights,
                                      Scratch& scratch) const
{
    const auto& kernel = *m_kernel;
    const auto& conv = m_job->conv;
    packGradients(panel, scratch);
    scratch.blocks.ensure(blockSize() * static_cast<std::size_t>(conv.taps));
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
        addTo(scratch.blocks.data(), kernel.rowUnit, kernel.panel, count, columns, inner, conv.taps,
              to);
    }
}

/// All taps' products for one unit of input channels.
template <typename Number>
void WeightGradient<Number>::addTaps(int row, Scratch& scratch) const
{
    const auto block = [&](int tap) {
        return scratch.blocks.data() + static_cast<std::size_t>(tap) * blockSize();
    };
    const auto& conv = m_job->conv;
    if (!m_moves) {
        for (int tap = 0; tap < conv.taps; ++tap)
            product(0, row, 0, static_cast<std::size_t>(tap), block(tap), false, scratch);
        return;
    }
    for (std::size_t phase = 0; phase < m_phases.size(); ++phase) {
        std::vector<float*> blocks;
        for (int tap = static_cast<int>(phase); tap < conv.taps; tap += conv.stride)
            blocks.push_back(block(tap));
        addTree(m_phases[phase], row, phase * m_planes, 0, blocks, false, scratch, 0);
    }
}

/// Sets the blocks of a tree's taps to their gradients, or adds these.
template <typename Number>
void WeightGradient<Number>::addTree(const TapTree& tree, int row, std::size_t plane,
                                     std::size_t copy, const std::vector<float*>& blocks, bool add,
                                     Scratch& scratch, int level) const
{
    for (const auto& leaf : tree.products)
        product(plane, row, leaf.step, copy, blocks[leaf.step], add, scratch);
    if (tree.parts.empty() || blocks.empty())
        return;
    auto& buffer = scratch.sums[level];
    buffer.ensure((blocks.size() + 1) / 2 * blockSize());
    std::vector<float*> sums;
    std::vector<float*> even;
    std::vector<float*> odd;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (i % 2 == 0)
            sums.push_back(buffer.data() + i / 2 * blockSize());
        (i % 2 == 0 ? even : odd).push_back(blocks[i]);
    }
    std::size_t leaves = 1; // planes of a part
    for (int i = level + 1; i < m_pairings; ++i)
        leaves *= TapTree::kParts;
    const auto part = [&](TapTree::Part which, const std::vector<float*>& to, bool adds) {
        const auto offset = static_cast<std::size_t>(which) * leaves;
        addTree(tree.parts[which], row, plane + offset, copy + offset, to, adds, scratch,
                level + 1);
    };
    part(TapTree::OddRows, sums, false);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (add)
            addRow(sums[i / 2], blockSize(), blocks[i]);
        else
            std::copy_n(sums[i / 2], blockSize(), blocks[i]);
    }
    part(TapTree::EvenDifferences, even, true);
    part(TapTree::OddDifferences, odd, true);
}

template <typename Number>
void WeightGradient<Number>::product(std::size_t plane, int row, std::size_t shift,
                                     std::size_t copy, float* block, bool add,
                                     const Scratch& scratch) const
{
    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = m_columnPitch;
    operands.panels = 1;
    operands.rows = m_kernel->rowUnit;
    operands.out = block;
    operands.outPitch = static_cast<std::size_t>(m_kernel->panel);
    operands.matrix = scratch.panels.data() + copy * m_copySize;
    const Number* in = m_transposed.data() + plane * m_planeSize
        + static_cast<std::size_t>(row) * m_columnPitch + shift;
    for (const auto& segment : m_segments) {
        operands.in = in + segment.at;
        operands.depth = static_cast<int>(m_kernel->roundedDepth(segment.columns));
        m_kernel->addTo(add ? nullptr : m_zeros.data(), operands);
        add = true;
        operands.matrix += operands.depth * m_kernel->panel;
    }
}

template class WeightGradient<float>;
template class WeightGradient<BFloat16>;

} // namespace phono
