#include "widgets/curves/curve_painter.h"

#include <QLineF>
#include <QPainter>
#include <QVector>

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

std::vector<QPointF> pointsOf(const CurveArea& area, const PlacedCurve& placed,
                              std::span<const float> values)
{
    std::vector<QPointF> points;
    const std::size_t last = std::min(placed.columns.last(), values.size());
    for (std::size_t i = placed.columns.first(); i < last; ++i)
        points.push_back(pointOf(area, placed.keys[i], double(values[i])));
    return points;
}

/// One by one: a whole antialiased polyline of noise takes Qt's rasteriser a second.
void paintSegments(QPainter& painter, std::span<const QPointF> points)
{
    if (points.size() == 1)
        painter.drawPoint(points[0]);
    for (std::size_t i = 1; i < points.size(); ++i)
        painter.drawLine(points[i - 1], points[i]);
}

void paintSpans(QPainter& painter, const CurveArea& area, const CurveColumns& columns,
                const QColor& color)
{
    const double dpr = area.devicePixelRatio;
    const double height = area.rect.height() * dpr;
    const auto row = [&](float value) {
        const double y = (1 - area.y.part(double(value))) * height;
        // The logarithm of what is not above 0 lies below every picture.
        return std::isnan(y) ? kFar : bounded(y);
    };
    QVector<QLineF> lines;
    lines.reserve(qsizetype(columns.columns().size()));
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
        lines.append(QLineF(column.x + 0.5, std::max(from, -1.0), column.x + 0.5,
                            std::min(to, height + 1)));
        lastTop = top;
        lastBottom = bottom;
        lastX = column.x;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.translate(area.rect.topLeft());
    painter.scale(1 / dpr, 1 / dpr);
    QPen pen(color, 1);
    pen.setCapStyle(Qt::FlatCap);
    painter.setPen(pen);
    painter.drawLines(lines);
    painter.restore();
}

} // namespace

void paintRaw(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
              const QColor& color)
{
    if (!placed.columns.sparse()) {
        paintSpans(painter, area, placed.columns, color);
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1));
    eachRun(pointsOf(area, placed, placed.curve.values()),
            [&](std::span<const QPointF> run) { paintSegments(painter, run); });
    painter.restore();
}

void paintSmoothed(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                   const CurveStyle& style, double width)
{
    std::vector<QPointF> points;
    if (placed.columns.sparse()) {
        points = pointsOf(area, placed, placed.smoothed);
    } else {
        // The points beyond the edges belong to the line, too.
        const std::size_t before = placed.columns.first();
        const std::size_t after = placed.columns.last() - 1;
        if (placed.keys[before] < area.x.low)
            points.push_back(
                pointOf(area, placed.keys[before], double(placed.smoothed[before])));
        for (const auto& column : placed.columns.columns())
            points.push_back(pointOf(area, column.lastKey, double(column.last)));
        if (placed.keys[after] > area.x.high)
            points.push_back(pointOf(area, placed.keys[after], double(placed.smoothed[after])));
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.color, width, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin));
    painter.setBrush(Qt::NoBrush);
    eachRun(points, [&](std::span<const QPointF> run) {
        if (run.size() == 1)
            painter.drawEllipse(run[0], width / 2, width / 2);
        else
            paintDashed(painter, run, style.dashes);
    });
    painter.restore();
}

void paintMarked(QPainter& painter, const CurveArea& area, const PlacedCurve& placed,
                 const CurveStyle& style, const QColor& background)
{
    const auto points = pointsOf(area, placed, placed.curve.values());
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.color, 1.2));
    eachRun(points, [&](std::span<const QPointF> run) { paintSegments(painter, run); });
    constexpr double kRadius = 3;
    constexpr double kApart = 14;
    painter.setPen(QPen(style.color, 1.4));
    painter.setBrush(background);
    double last = -kFar;
    for (const QPointF& point : points) {
        const bool lastOne = &point == &points.back();
        if (!std::isfinite(point.y()) || (point.x() - last < kApart && !lastOne))
            continue;
        paintMarker(painter, point, style.marker, kRadius);
        last = point.x();
    }
    painter.restore();
}

} // namespace phono
