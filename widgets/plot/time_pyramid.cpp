#include "widgets/plot/time_pyramid.h"

#include <algorithm>
#include <cassert>

namespace phono {

namespace {

void takeLarger(std::span<float> into, const float* values)
{
    for (std::size_t i = 0; i < into.size(); ++i)
        into[i] = into[i] < values[i] ? values[i] : into[i];
}

void addWeighted(std::span<float> into, const float* values, float weight)
{
    for (std::size_t i = 0; i < into.size(); ++i)
        into[i] += weight * values[i];
}

} // namespace

TimePyramid TimePyramid::extended(const FeatureMatrix& values, std::stop_token stop) const
{
    assert(values.frames() >= frames());
    TimePyramid next(m_aggregation);
    next.m_values = values;
    constexpr std::int64_t kFewestCells = 512;
    for (std::size_t i = 0;
         i == 0 || next.m_levels[i - 1].blocks.size() * kBlockCells > kFewestCells; ++i) {
        next.m_levels.push_back(extendedLevel(next, i, stop));
        if (stop.stop_requested())
            return *this;
    }
    return next;
}

TimePyramid::Level TimePyramid::extendedLevel(const TimePyramid& next, std::size_t index,
                                              const std::stop_token& stop) const
{
    const Level* source = index == 0 ? nullptr : &next.m_levels[index - 1];
    Level level;
    level.cellFrames = source ? source->cellFrames * kFactor : kFirstCell;
    const std::int64_t cells = (next.frames() + level.cellFrames - 1) / level.cellFrames;
    const auto channelCount = std::size_t(next.channels());
    const bool known = index < m_levels.size();
    const std::int64_t whole = known ? frames() / level.cellFrames : 0;

    if (known)
        level.blocks.assign(m_levels[index].blocks.begin(),
                            m_levels[index].blocks.begin() + whole / kBlockCells);
    for (auto first = std::int64_t(level.blocks.size()) * kBlockCells;
         first < cells && !stop.stop_requested(); first += kBlockCells) {
        const std::int64_t count = std::min(kBlockCells, cells - first);
        auto block = std::make_shared<std::vector<float>>(std::size_t(count) * channelCount);
        const std::int64_t kept = std::clamp<std::int64_t>(whole - first, 0, count);
        if (kept > 0)
            std::copy_n(cell(m_levels[index], first), std::size_t(kept) * channelCount,
                        block->data());
        for (std::int64_t i = kept; i < count; ++i) {
            const std::int64_t begin = (first + i) * level.cellFrames;
            const std::int64_t end = std::min(begin + level.cellFrames, next.frames());
            next.reduceCell(source, begin, end, 0,
                            {block->data() + std::size_t(i) * channelCount, channelCount});
        }
        level.blocks.push_back(std::move(block));
    }
    return level;
}

std::int64_t TimePyramid::cellFrames(double frames) const
{
    std::int64_t best = 1;
    for (const auto& level : m_levels) {
        if (double(level.cellFrames) <= frames)
            best = level.cellFrames;
    }
    return best;
}

void TimePyramid::aggregate(std::int64_t first, std::int64_t last, std::int64_t cellFrames,
                            int firstChannel, std::span<float> out) const
{
    assert(first >= 0 && first < last && last <= frames());
    assert(firstChannel >= 0 && firstChannel + std::int64_t(out.size()) <= channels());
    const auto level = std::ranges::find(m_levels, cellFrames, &Level::cellFrames);
    if (level == m_levels.end()) {
        reduceCell(nullptr, first, last, firstChannel, out);
        return;
    }
    const std::int64_t begin = first / cellFrames * cellFrames;
    // The last cell may be a partial one: it belongs to the stretch that reaches the end.
    const std::int64_t end = last == frames() ? last : last / cellFrames * cellFrames;
    reduceCell(&*level, begin, std::max(end, begin + 1), firstChannel, out);
}

void TimePyramid::reduceCell(const Level* source, std::int64_t first, std::int64_t last,
                             int firstChannel, std::span<float> out) const
{
    const std::int64_t step = source ? source->cellFrames : 1;
    const auto row = [&](std::int64_t frame) {
        const float* whole =
            source ? cell(*source, frame / step) : m_values.data() + frame * channels();
        return whole + firstChannel;
    };
    if (m_aggregation == Aggregation::Max) {
        std::copy_n(row(first), out.size(), out.data());
        for (std::int64_t frame = first + step; frame < last; frame += step)
            takeLarger(out, row(frame));
        return;
    }
    std::ranges::fill(out, 0.0f);
    for (std::int64_t frame = first; frame < last; frame += step) {
        const auto count = double(std::min(step, last - frame));
        addWeighted(out, row(frame), float(count / double(last - first)));
    }
}

} // namespace phono
