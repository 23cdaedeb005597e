#include "core/audio/peaks.h"

#include <algorithm>
#include <array>
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

template <typename T>
std::vector<Range> reduce(std::span<const T> values, std::int64_t step)
{
    const auto block = static_cast<std::size_t>(step);
    std::vector<Range> result((values.size() + block - 1) / block);
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = rangeOf(values.subspan(i * block, std::min(block, values.size() - i * block)));
    return result;
}

} // namespace

PeakPyramid::PeakPyramid(std::span<const float> samples)
    : m_samples(samples)
{
    if (samples.empty())
        return;
    m_levels.push_back(reduce(samples, kBaseBlock));
    while (m_levels.back().size() > 1)
        m_levels.push_back(reduce(std::span<const Range>(m_levels.back()), kStep));
}

PeakPyramid::Range PeakPyramid::range(std::int64_t first, std::int64_t last) const
{
    first = std::max<std::int64_t>(first, 0);
    last = std::min(last, size());
    if (first >= last)
        return {};
    const auto part = [&](const auto& values, std::int64_t begin, std::int64_t end) {
        return rangeOf(std::span(values).subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin)));
    };
    // The coarsest level that is fine enough, so that no more than 66 blocks are looked at.
    const std::vector<Range>* level = nullptr;
    std::int64_t block = 1;
    for (auto [i, next] = std::pair(std::size_t(0), kBaseBlock);
         i < m_levels.size() && next * 16 < last - first; ++i, next *= kStep) {
        level = &m_levels[i];
        block = next;
    }
    if (!level)
        return part(m_samples, first, last);
    return part(std::span<const Range>(*level), first / block, (last + block - 1) / block);
}

} // namespace phono
