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
    for (std::size_t i = m_values.size(); i < values.size(); ++i) {
        if (i % kBlock == 0)
            m_blocks.emplace_back();
        m_blocks.back().include(values[i]);
    }
    m_values = values;
}

void CurveValues::restart()
{
    ++m_generation;
    m_values = {};
    m_blocks.clear();
}

Extremes CurveValues::extremes(std::size_t first, std::size_t last) const
{
    Extremes found;
    last = std::min(last, m_values.size());
    // Four at a time, so that none waits for the one before.
    std::array<Extremes, 4> lanes;
    const auto includeValues = [&](std::size_t end) {
        for (; first + lanes.size() <= end; first += lanes.size()) {
            for (std::size_t lane = 0; lane < lanes.size(); ++lane)
                lanes[lane].include(m_values[first + lane]);
        }
        while (first < end)
            lanes[0].include(m_values[first++]);
    };
    includeValues(std::min(last, (first + kBlock - 1) / kBlock * kBlock));
    for (; first + kBlock <= last; first += kBlock)
        found.include(m_blocks[first / kBlock]);
    includeValues(last);
    for (const Extremes& lane : lanes)
        found.include(lane);
    return found;
}

} // namespace phono
