#include "widgets/curves/curve_painter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

/// Far outside of any picture, but no place where a rasteriser's arithmetic ends.
constexpr double kFar = 1e5;

double bounded(double y)
{
    return std::clamp(y, -kFar, kFar);
}

/// Calls `paint` with each run of points without a gap.
template <typename Paint>
void eachRun(const std::vector<QPointF>& points, Paint paint)
{
    std::size_t from = 0;
    for (std::size_t i = 0; i <= points.size(); ++i) {
        if (i < points.size() && std::isfinite(points[i].y()))
            continue;
        if (i > from)
            paint(std::span(points).subspan(from, i - from));
        from = i + 1;
    }
}

QPointF pointOf(const CurveArea& area, double key, double value)
{
    const double y = area.yOf(value);
    return {bounded(area.xOf(key)), std::isfinite(y) ? bounded(y) : std::nan("")};
}

/// The points in view and one beyond each edge; `values` begin with the first of them.
std::vector<QPointF> pointsOf(const CurveArea& area, const PlacedCurve& placed,
                              std::span<const float> values)
{
    std::vector<QPointF> points;
    points.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        points.push_back(pointOf(area, placed.keys[placed.columns.first() + i], double(values[i])));
    return points;
}

std::span<const float> valuesInView(const PlacedCurve& placed)
{
    const auto values = placed.curve.values.values();
    const std::size_t last = std::min(placed.columns.last(), values.size());
    const std::size_t first = std::min(placed.columns.first(), last);
    return values.subspan(first, last - first);
}

std::vector<CurveSpan> spansOf(const CurveArea& area, const CurveColumns& columns)
{
    const double height = area.rect.height() * area.devicePixelRatio;
    const auto row = [&](float value) {
        const double y = (1 - area.y.part(double(value))) * height;
        // The logarithm of what is not above 0 lies below every picture.
        return std::isnan(y) ? kFar : bounded(y);
    };
    std::vector<CurveSpan> spans;
    spans.reserve(columns.columns().size());
    double lastTop = 0, lastBottom = 0;
    int lastX = -2;
    for (const auto& column : columns.columns()) {
        if (column.raw.empty())
            continue;
        const double top = row(column.raw.high), bottom = row(column.raw.low);
        double from = top, to = bottom;
        if (column.x == lastX + 1) {
            // Joins neighbouring spans, so that a steep line has no holes.
            from = std::min(from, lastBottom);
            to = std::max(to, lastTop);
        }
        if (to - from < 1) {
            from = (from + to - 1) / 2;
            to = from + 1;
        }
        spans.push_back({column.x, std::max(from, -1.0), std::min(to, height + 1)});
        lastTop = top;
        lastBottom = bottom;
        lastX = column.x;
    }
    return spans;
}

} // namespace

void drawRaw(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed, const QColor& color)
{
    if (placed.columns.sparse())
        drawThrough(ink, area, placed, color);
    else
        ink.spans(spansOf(area, placed.columns), color);
}

void drawSmoothed(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed,
                  const CurveStyle& style, double width)
{
    std::vector<QPointF> points;
    if (placed.columns.sparse()) {
        points = pointsOf(area, placed,
                          placed.curve.between(placed.columns.first(), placed.columns.last()));
    } else {
        // The points beyond the edges belong to the line, too.
        const std::size_t before = placed.columns.first();
        const std::size_t after = placed.columns.last() - 1;
        if (placed.keys[before] < area.x.low)
            points.push_back(pointOf(area, placed.keys[before], double(placed.curve[before])));
        for (const auto& column : placed.columns.columns())
            points.push_back(pointOf(area, column.lastKey, double(column.last)));
        if (placed.keys[after] > area.x.high)
            points.push_back(pointOf(area, placed.keys[after], double(placed.curve[after])));
    }
    eachRun(points,
            [&](std::span<const QPointF> run) { ink.line(run, style.color, width, style.dashes); });
}

void drawThrough(CurveInk& ink, const CurveArea& area, const PlacedCurve& placed,
                 const QColor& color)
{
    eachRun(pointsOf(area, placed, valuesInView(placed)),
            [&](std::span<const QPointF> run) { ink.line(run, color, 1, {}); });
}

void paintMarkers(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                  const CurveStyle& style, const QColor& background)
{
    constexpr double kRadius = 3;
    constexpr double kApart = 14;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.color, 1.4));
    painter.setBrush(background);
    double last = -kFar;
    for (const QPointF& point : pointsOf(area, placed, valuesInView(placed))) {
        if (!std::isfinite(point.y()) || point.x() - last < kApart)
            continue;
        paintMarker(painter, point, style.marker, kRadius);
        last = point.x();
    }
    painter.restore();
}

} // namespace phono
