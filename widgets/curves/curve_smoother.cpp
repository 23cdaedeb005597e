#include "widgets/curves/curve_smoother.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phono {

void CurveSmoother::setSpan(double updates)
{
    if (updates == m_span)
        return;
    m_span = updates;
    reset();
}

void CurveSmoother::reset()
{
    m_values.clear();
    m_sum = m_weight = m_last = 0;
    m_step = -1;
}

void CurveSmoother::follow(const CurveValues& curve, std::span<const double> updates)
{
    if (curve.size() < m_values.size())
        reset();
    const std::size_t size = std::min(curve.size(), updates.size());
    if (m_span <= 0) {
        const auto from = curve.values().begin();
        m_values.insert(m_values.end(), from + std::ptrdiff_t(m_values.size()),
                        from + std::ptrdiff_t(size));
        return;
    }
    m_values.reserve(size);
    for (std::size_t i = m_values.size(); i < size; ++i) {
        const double step = updates[i] - m_last;
        if (step != m_step) {
            m_step = step;
            m_decay = std::exp(-step / m_span);
        }
        m_last = updates[i];
        m_sum *= m_decay;
        m_weight *= m_decay;
        const float value = curve[i];
        if (!std::isfinite(value)) {
            m_values.push_back(std::numeric_limits<float>::quiet_NaN());
            continue;
        }
        m_sum += double(value);
        ++m_weight;
        m_values.push_back(float(m_sum / m_weight));
    }
}

} // namespace phono
