#include "widgets/curves/curve_smoother.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phono {

float CurveSmoother::meanOf(const Sums& sums, float value)
{
    return std::isfinite(value) ? float(sums.values / sums.weights)
                                : std::numeric_limits<float>::quiet_NaN();
}

void CurveSmoother::setSpan(double updates)
{
    if (updates == m_span)
        return;
    m_span = updates;
    m_step = -1;
    reset();
}

void CurveSmoother::reset()
{
    m_blocks.clear();
    m_size = 0;
}

void CurveSmoother::take(Sums& sums, Decay& decay, std::size_t index, const CurveValues& curve,
                         std::span<const double> updates) const
{
    const double step = index > 0 ? updates[index] - updates[index - 1] : 0;
    if (step != decay.step)
        decay = {step, std::exp(-step / m_span)};
    sums.values *= decay.factor;
    sums.weights *= decay.factor;
    if (const float value = curve[index]; std::isfinite(value)) {
        sums.values += double(value);
        ++sums.weights;
    }
}

void CurveSmoother::weighFor(double step)
{
    m_step = step;
    m_ofBlock = {std::exp(-step * double(kBlock) / m_span), 0};
    for (std::size_t i = 0; i < kBlock; ++i) {
        m_weights[i] = std::exp(-step * double(kBlock - 1 - i) / m_span);
        m_ofBlock.weights += m_weights[i];
    }
}

bool CurveSmoother::takeBlock(Sums& sums, const float* values, const double* updates)
{
    // Lanes of their own, so that none waits for another and a compiler puts them side by side.
    constexpr std::size_t kLanes = 8;
    const double step = updates[0] - updates[-1];
    int others = 0;
    for (std::size_t i = 1; i < kBlock; ++i)
        others += updates[i] - updates[i - 1] != step ? 1 : 0;
    if (others > 0)
        return false;
    if (step != m_step)
        weighFor(step);
    std::array<double, kLanes> lanes = {};
    for (std::size_t i = 0; i < kBlock; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += double(values[i + lane]) * m_weights[i + lane];
    }
    double sum = 0;
    for (const double lane : lanes)
        sum += lane;
    if (!std::isfinite(sum))
        return false;
    sums.values = sums.values * m_ofBlock.values + sum;
    sums.weights = sums.weights * m_ofBlock.values + m_ofBlock.weights;
    return true;
}

std::size_t CurveSmoother::follow(const CurveValues& curve, std::span<const double> updates,
                                  std::size_t most)
{
    if (curve.size() < m_size)
        reset();
    const std::size_t size = std::min(curve.size(), updates.size());
    const std::size_t more = std::min(most, size - std::min(size, m_size));
    m_size += more;
    if (m_span <= 0)
        return more;
    if (m_blocks.empty())
        m_blocks.emplace_back();
    // A block counts as soon as it is full.
    Decay decay;
    while (m_blocks.size() * kBlock <= m_size) {
        const std::size_t from = (m_blocks.size() - 1) * kBlock;
        Sums sums = m_blocks.back();
        // The first point has none before it.
        if (from == 0 || !takeBlock(sums, &curve.values()[from], &updates[from])) {
            for (std::size_t i = from; i < from + kBlock; ++i)
                take(sums, decay, i, curve, updates);
        }
        m_blocks.push_back(sums);
    }
    return more;
}

CurveSmoother::Decay CurveSmoother::usualDecay() const
{
    return m_step < 0 ? Decay() : Decay{m_step, m_weights[kBlock - 2]};
}

float CurveSmoother::at(std::size_t index, const CurveValues& curve,
                        std::span<const double> updates) const
{
    if (m_span <= 0)
        return curve[index];
    Sums sums = m_blocks[index / kBlock];
    Decay decay = usualDecay();
    for (std::size_t i = index / kBlock * kBlock; i <= index; ++i)
        take(sums, decay, i, curve, updates);
    return meanOf(sums, curve[index]);
}

std::vector<float> CurveSmoother::between(std::size_t first, std::size_t last,
                                          const CurveValues& curve,
                                          std::span<const double> updates) const
{
    std::vector<float> means;
    last = std::min(last, m_size);
    if (first >= last)
        return means;
    means.reserve(last - first);
    if (m_span <= 0) {
        const auto from = curve.values().begin();
        means.assign(from + std::ptrdiff_t(first), from + std::ptrdiff_t(last));
        return means;
    }
    Sums sums = m_blocks[first / kBlock];
    Decay decay = usualDecay();
    for (std::size_t i = first / kBlock * kBlock; i < last; ++i) {
        take(sums, decay, i, curve, updates);
        if (i >= first)
            means.push_back(meanOf(sums, curve[i]));
    }
    return means;
}

} // namespace phono
