#include "widgets/curves/curve.h"

#include <algorithm>

namespace phono {

void CurveKeys::append(const CurveMoment& moment)
{
    const std::array values = {moment.update, moment.epoch, moment.relative, moment.wall};
    for (std::size_t axis = 0; axis < values.size(); ++axis) {
        auto& keys = m_keys[axis];
        const double before = keys.empty() ? values[axis] : keys.back();
        // A comparison with NaN is false, so that it stays where it was.
        keys.push_back(values[axis] > before ? values[axis] : before);
    }
}

void CurveKeys::truncate(std::size_t size)
{
    for (auto& keys : m_keys)
        keys.resize(std::min(size, keys.size()));
}

void CurveValues::follow(std::span<const float> values)
{
    for (std::size_t i = m_taken; i < values.size(); ++i) {
        if (i % kBlock == 0)
            m_blocks.emplace_back();
        m_blocks.back().include(values[i]);
    }
    m_values = values;
    m_taken = values.size();
}

void CurveValues::truncate(std::size_t size)
{
    ++m_generation;
    // The values themselves may be elsewhere by now; whole blocks are known without them.
    m_values = {};
    m_blocks.resize(std::min(size, m_taken) / kBlock);
    m_taken = m_blocks.size() * kBlock;
}

Extremes CurveValues::extremes(std::size_t first, std::size_t last) const
{
    constexpr Extremes kNone;
    Extremes found;
    last = std::min(last, m_values.size());
    // Lanes of their own, so that none waits for another and a compiler puts them side by side.
    constexpr std::size_t kLanes = 8;
    std::array<float, kLanes> lows, highs;
    lows.fill(kNone.low);
    highs.fill(kNone.high);
    const auto includeValues = [&](std::size_t end) {
        for (; first + kLanes <= end; first += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                const float value = m_values[first + lane];
                constexpr float kLargest = std::numeric_limits<float>::max();
                const float low = value >= -kLargest ? value : kNone.low;
                const float high = value <= kLargest ? value : kNone.high;
                lows[lane] = low < lows[lane] ? low : lows[lane];
                highs[lane] = high > highs[lane] ? high : highs[lane];
            }
        }
        while (first < end)
            found.include(m_values[first++]);
    };
    includeValues(std::min(last, (first + kBlock - 1) / kBlock * kBlock));
    for (; first + kBlock <= last; first += kBlock)
        found.include(m_blocks[first / kBlock]);
    includeValues(last);
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        found.include({lows[lane], highs[lane]});
    return found;
}

} // namespace phono
