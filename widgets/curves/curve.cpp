#include "widgets/curves/curve.h"

#include <algorithm>
#include <cmath>

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

void Extremes::include(const Extremes& other)
{
    if (other.empty())
        return;
    *this = empty() ? other : Extremes{std::min(low, other.low), std::max(high, other.high)};
}

void Curve::include(Extremes& extremes, float value)
{
    if (std::isfinite(value))
        extremes.include({value, value});
}

void Curve::append(double value)
{
    if (m_values.size() % kBlock == 0)
        m_blocks.emplace_back();
    m_values.push_back(float(value));
    include(m_blocks.back(), m_values.back());
}

void Curve::truncate(std::size_t size)
{
    if (size >= m_values.size())
        return;
    ++m_generation;
    m_values.resize(size);
    m_blocks.resize((size + kBlock - 1) / kBlock);
    if (size % kBlock == 0)
        return;
    m_blocks.back() = {};
    for (std::size_t i = size - size % kBlock; i < size; ++i)
        include(m_blocks.back(), m_values[i]);
}

Extremes Curve::extremes(std::size_t first, std::size_t last) const
{
    Extremes found;
    last = std::min(last, m_values.size());
    while (first < last) {
        if (first % kBlock == 0 && last - first >= kBlock) {
            found.include(m_blocks[first / kBlock]);
            first += kBlock;
        } else {
            include(found, m_values[first++]);
        }
    }
    return found;
}

} // namespace phono
