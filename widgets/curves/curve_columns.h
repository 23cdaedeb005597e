#pragma once

#include "widgets/curves/curve.h"
#include "widgets/curves/curve_area.h"
#include "widgets/curves/curve_smoother.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// A curve as it falls on the columns of pixels: the numbers of one column, whatever the vertical
/// axis is. Made again only when the horizontal axis or the curve changed.
class CurveColumns {
public:
    struct Column {
        int x = 0; ///< in device pixels from the left edge
        Extremes raw;
        std::size_t lastPoint = 0;
        float last = 0; ///< its smoothed value
        double lastKey = 0; ///< where it lies
    };

    /// Points beyond both edges come in as one point each, so that lines run to the edges.
    void place(const CurveScale& x, int columns, std::span<const double> keys,
               const SmoothedCurve& curve);
    /// Forget what is placed, because values changed that are not new.
    void reset() { m_columns.clear(), m_placed = 0, m_width = 0; }
    /// The mean of the same values is another one.
    void smoothAnew() { m_otherMean = true; }

    /// Columns that have points, from left to right.
    const std::vector<Column>& columns() const { return m_columns; }
    /// Points in view, and one beyond each edge: [first, last).
    std::size_t first() const { return m_first; }
    std::size_t last() const { return m_last; }
    /// Points lie so far apart that they are better joined one by one.
    bool sparse() const { return m_last - m_first <= m_columns.size() + 2; }

    /// Columns worked out so far: what the cache saves can be counted.
    std::int64_t columnsMade() const { return m_made; }

private:
    CurveScale m_scale;
    int m_width = 0;
    bool m_otherMean = false;
    std::size_t m_placed = 0; ///< points of the curve then
    std::size_t m_first = 0, m_last = 0;
    std::vector<Column> m_columns;
    std::int64_t m_made = 0;
};

} // namespace phono
