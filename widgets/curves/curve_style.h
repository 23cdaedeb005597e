#pragma once

#include <QColor>

#include <functional>
#include <span>
#include <vector>

class QPainter;
class QPointF;

namespace phono {

enum class CurveMarker { Circle, Square, Triangle, Diamond, Cross, Plus };

/// How the curves of one run are told from those of others: by hue, dashes and markers, so that any
/// one of them is enough.
struct CurveStyle {
    QColor color;
    /// Pixels drawn and left out in turn; empty for an unbroken line.
    std::vector<double> dashes;
    CurveMarker marker = CurveMarker::Circle;
    bool operator==(const CurveStyle&) const = default;

    /// One of the colours of Okabe and Ito, which people with any kind of sight can tell apart, in
    /// a tone that is readable on the background. Repeats after kStyles with other dashes.
    static CurveStyle numbered(int index, bool dark);
};
inline constexpr int kCurveStyles = 6;

void paintMarker(QPainter& painter, const QPointF& centre, CurveMarker marker, double radius);
/// Calls `paint` with the pieces of a polyline, broken as `dashes` say, of a few points each.
void eachDash(std::span<const QPointF> points, std::span<const double> dashes,
              const std::function<void(std::span<const QPointF>)>& paint);
/// Straight lines from point to point, broken as `dashes` say. Bounded time for any polyline.
void paintDashed(QPainter& painter, std::span<const QPointF> points,
                 std::span<const double> dashes);

} // namespace phono
