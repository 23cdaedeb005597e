#pragma once

#include "widgets/curves/curve_area.h"
#include "widgets/curves/curve_columns.h"
#include "widgets/curves/curve_ink.h"
#include "widgets/curves/curve_style.h"

#include <QColor>

#include <span>

class QPainter;

namespace phono {

/// What is painted of one curve: its numbers, and where they fall on pixels.
struct PlacedCurve {
    std::span<const double> keys;
    SmoothedCurve curve;
    const CurveColumns& columns;
};

/// Every value: the span from the smallest to the largest of each column of pixels, or a line from
/// point to point where they lie apart. Values that are not finite leave gaps.
void drawRaw(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed, const QColor& color);
/// The smoothed line, one point for each column.
void drawSmoothed(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed,
                  const CurveStyle& style, double width);
/// A thin line through all points.
void drawThrough(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed,
                 const QColor& color);
/// A marker at each point; those that would overlap are left out.
void paintMarkers(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                  const CurveStyle& style, const QColor& background);

} // namespace phono
