#include "widgets/curves/curve_window.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace phono {

CurveScale CurveWindow::of(const CurveScale& all) const
{
    if (m_range)
        return {m_range->low, m_range->high, all.log};
    if (all.log)
        return all;
    // Ends at a round place just behind the last point, so that most points that come leave the
    // columns of pixels where they are.
    constexpr double kParts = 256;
    const double step = std::exp2(std::floor(std::log2(all.length()))) / kParts;
    return {all.low, all.low + std::ceil(all.length() / step - 1e-9) * step, false};
}

bool CurveWindow::show(std::optional<CurveScale> range, const CurveScale& all)
{
    if (range) {
        constexpr double kClosest = 1e-6;
        const double length = range->high - range->low;
        const double low = std::max(all.low, std::min(range->low, all.high - length));
        const double high = std::min(all.high, std::max(range->high, low + length));
        if (!std::isfinite(low) || !(high - low > all.length() * kClosest))
            return false;
        if (low <= all.low && high >= all.high)
            range.reset();
        else
            range = CurveScale{low, high, all.log};
    }
    m_allBefore = all;
    return std::exchange(m_range, range) != range;
}

bool CurveWindow::zoom(double factor, double around, const CurveScale& all)
{
    const CurveScale now = of(all);
    const double from = around - around * factor;
    return show(CurveScale{now.at(from), now.at(from + factor), now.log}, all);
}

bool CurveWindow::scroll(double part, const CurveScale& all)
{
    if (!m_range)
        return false;
    const CurveScale now = of(all);
    // By the part that stays inside, so that the length is kept at the ends.
    const double by = std::max(std::min(part, now.part(all.high) - 1), now.part(all.low));
    return show(CurveScale{now.at(by), now.at(1 + by), now.log}, all);
}

void CurveWindow::follow(const CurveScale& all)
{
    if (m_range) {
        const bool atEnd = m_range->high >= m_allBefore.high - 1e-9 * m_allBefore.length();
        if (atEnd && all.high > m_allBefore.high) {
            const double by = all.high - m_allBefore.high;
            m_range = CurveScale{m_range->low + by, m_range->high + by, m_range->log};
        }
        if (m_range->low >= all.high || m_range->high <= all.low)
            m_range.reset();
    }
    m_allBefore = all;
}

} // namespace phono
