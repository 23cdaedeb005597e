#include "core/audio/peaks.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace phono {
namespace {

using Range = PeakPyramid::Range;

constexpr std::int64_t kBaseBlock = 64; // samples
constexpr std::int64_t kStep = 4; // blocks of one level that make a block of the next

void include(Range& range, const Range& other)
{
    range.low = std::min(range.low, other.low);
    range.high = std::max(range.high, other.high);
}

Range rangeOf(std::span<const float> samples)
{
    // Independent lanes let the compiler use vector instructions.
    constexpr std::size_t kLanes = 16;
    std::array<float, kLanes> low;
    std::array<float, kLanes> high;
    low.fill(samples[0]);
    high.fill(samples[0]);
    std::size_t i = 0;
    for (; i + kLanes <= samples.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const float sample = samples[i + lane];
            low[lane] = sample < low[lane] ? sample : low[lane];
            high[lane] = sample > high[lane] ? sample : high[lane];
        }
    for (; i < samples.size(); ++i) {
        low[0] = std::min(low[0], samples[i]);
        high[0] = std::max(high[0], samples[i]);
    }
    return {*std::ranges::min_element(low), *std::ranges::max_element(high)};
}

Range rangeOf(std::span<const Range> ranges)
{
    Range all = ranges[0];
    for (const auto& range : ranges.subspan(1))
        include(all, range);
    return all;
}

/// Adds to `level` what whole blocks of `step` values it lacks.
template <typename T>
void extendLevel(GrowingArray<Range>& level, std::span<const T> values, std::int64_t step)
{
    const auto block = static_cast<std::size_t>(step);
    std::vector<Range> more;
    more.reserve(values.size() / block - level.size());
    for (auto i = level.size(); (i + 1) * block <= values.size(); ++i)
        more.push_back(rangeOf(values.subspan(i * block, block)));
    level.append(more);
}

} // namespace

PeakPyramid::PeakPyramid(Waveform waveform)
{
    extend(std::move(waveform));
}

void PeakPyramid::extend(Waveform longer)
{
    assert(longer.size() >= size());
    m_waveform = std::move(longer);
    for (std::size_t i = 0;; ++i) {
        const bool base = i == 0;
        const auto below = base ? m_waveform.samples().size() : m_levels[i - 1].size();
        if (below < static_cast<std::size_t>(base ? kBaseBlock : kStep))
            return;
        if (i == m_levels.size())
            m_levels.emplace_back();
        if (base)
            extendLevel(m_levels[i], m_waveform.samples(), kBaseBlock);
        else
            extendLevel(m_levels[i], m_levels[i - 1].values(), kStep);
    }
}

PeakPyramid::Range PeakPyramid::range(std::int64_t first, std::int64_t last) const
{
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, size());
    if (first >= last)
        return {};
    const auto part = [](const auto& values, std::int64_t begin, std::int64_t end) {
        return rangeOf(
            values.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    };
    // The coarsest level that is fine enough, so that no more than 66 blocks are looked at.
    std::size_t levels = 0;
    std::int64_t block = 1;
    for (auto next = kBaseBlock; levels < m_levels.size() && next * 16 < last - first;
         next *= kStep) {
        ++levels;
        block = next;
    }
    if (levels == 0)
        return part(m_waveform.samples(), first, last);
    const auto blocks = m_levels[levels - 1].values();
    const auto begin = first / block;
    const auto end = std::min((last + block - 1) / block, static_cast<std::int64_t>(blocks.size()));
    Range all = part(blocks, begin, end);
    // Where the waveform ends within a block, finer levels have the rest.
    if (end * block < last)
        include(all, range(end * block, last));
    return all;
}

} // namespace phono
