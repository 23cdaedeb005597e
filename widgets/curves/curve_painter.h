#pragma once

#include "widgets/curves/curve_area.h"
#include "widgets/curves/curve_columns.h"
#include "widgets/curves/curve_style.h"

#include <QColor>
#include <QString>

#include <span>

class QPainter;

namespace phono {

/// What is painted of one curve: its numbers, and where they fall on pixels.
struct PlacedCurve {
    std::span<const double> keys;
    const Curve& curve;
    std::span<const float> smoothed; ///< as long as the curve
    const CurveColumns& columns;
};

/// Every value: the span from the smallest to the largest of each column of pixels, or a line from
/// point to point where they lie apart. Values that are not finite leave gaps.
void paintRaw(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
              const QColor& color);
/// The smoothed line, one point for each column.
void paintSmoothed(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                   const CurveStyle& style, double width);
/// A line through all points with a marker at each; markers that would overlap are left out.
void paintMarked(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                 const CurveStyle& style, const QColor& background);

} // namespace phono
