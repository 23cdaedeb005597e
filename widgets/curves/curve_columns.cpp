#include "widgets/curves/curve_columns.h"

#include <algorithm>
#include <utility>

namespace phono {
namespace {

using Keys = std::span<const double>::iterator;

/// As std::lower_bound, in a few steps when the place is near `guess`.
Keys boundNear(Keys begin, Keys end, Keys guess, double key)
{
    std::ptrdiff_t step = 8;
    Keys low = std::min(guess, end), high = low;
    while (low != begin && !(*(low - 1) < key)) {
        high = low;
        low -= std::min(step, low - begin);
        step *= 4;
    }
    while (high != end && *high < key) {
        low = high;
        high += std::min(step, end - high);
        step *= 4;
    }
    return std::lower_bound(low, high, key);
}

} // namespace

void CurveColumns::place(const CurveScale& x, int columns, std::span<const double> keys,
                         const SmoothedCurve& curve)
{
    const std::size_t size = std::min(keys.size(), curve.size());
    if (std::exchange(m_otherMean, false)) {
        for (Column& column : m_columns)
            column.last = column.lastPoint < size ? curve[column.lastPoint] : column.last;
    }
    if (x == m_scale && columns == m_width && size == m_placed)
        return;
    const bool grown = x == m_scale && columns == m_width && size > m_placed && !m_columns.empty();
    m_scale = x;
    m_width = columns;
    m_placed = size;
    if (columns < 1 || !(x.high > x.low)) {
        m_columns.clear();
        m_first = m_last = 0;
        return;
    }
    const auto begin = keys.begin();
    const auto end = begin + std::ptrdiff_t(size);
    const auto firstIn = std::lower_bound(begin, end, x.low);
    const auto endIn = std::upper_bound(firstIn, end, x.high);
    m_first = std::size_t(std::max<std::ptrdiff_t>(0, firstIn - begin - 1));
    m_last = std::size_t(std::min(end, endIn + (endIn != end)) - begin);

    int column = 0;
    auto at = firstIn;
    if (grown) {
        // Only the last column and what is right of it can have changed.
        column = m_columns.back().x;
        m_columns.pop_back();
        at = std::lower_bound(begin, end, column > 0 ? x.at(double(column) / columns) : x.low);
    } else {
        m_columns.clear();
    }
    std::ptrdiff_t stride = 1;
    for (; at != endIn; ++column) {
        // Skips empty columns; rounding may place a point left of the column that is looked at.
        column = std::max(column, std::min(columns - 1, int(x.part(*at) * columns)));
        const double right = x.at(double(column + 1) / columns);
        const auto guess = at + std::min(stride, endIn - at);
        const auto next =
            column >= columns - 1 ? endIn : std::max(at + 1, boundNear(at, endIn, guess, right));
        stride = next - at;
        const auto from = std::size_t(at - begin);
        const auto to = std::size_t(next - begin);
        m_columns.push_back(
            {column, curve.values.extremes(from, to), to - 1, curve[to - 1], keys[to - 1]});
        ++m_made;
        at = next;
    }
}

} // namespace phono
