#include "widgets/curves/curve_style.h"

#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

// In the order of contrast to each other; yellow and black are left out, as they vanish on one of
// the backgrounds.
constexpr std::array<QRgb, kCurveStyles> kOkabeIto = {0x0072B2, 0xE69F00, 0x009E73,
                                                      0xCC79A7, 0x56B4E9, 0xD55E00};

/// Qt's rasteriser takes very long for long antialiased polylines of noise, so they are drawn in
/// pieces.
constexpr std::size_t kMostPoints = 24;

} // namespace

CurveStyle CurveStyle::numbered(int index, bool dark)
{
    static const std::array<std::vector<double>, kCurveStyles> dashes = {
        std::vector<double>{}, {9, 4},           {2.5, 3},
        {12, 3, 2.5, 3},       {6, 2.5, 6, 6.5}, {12, 3, 2.5, 3, 2.5, 3}};
    const int hue = index % kCurveStyles;
    // Colours come round again with other dashes.
    const int dash = (index + index / kCurveStyles) % kCurveStyles;
    QColor color = QColor::fromRgb(kOkabeIto[std::size_t(hue)]);
    if (dark && color.lightness() < 110)
        color = color.lighter(145);
    return {color, dashes[std::size_t(dash)], static_cast<CurveMarker>(dash)};
}

void paintMarker(QPainter& painter, const QPointF& centre, CurveMarker marker, double radius)
{
    const double r = radius;
    const auto polygon = [&](std::initializer_list<QPointF> corners) {
        QPolygonF shape;
        for (const QPointF& corner : corners)
            shape << centre + corner * r;
        painter.drawPolygon(shape);
    };
    switch (marker) {
    case CurveMarker::Circle:
        painter.drawEllipse(centre, r, r);
        break;
    case CurveMarker::Square:
        polygon({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
        break;
    case CurveMarker::Triangle:
        polygon({{0, -1.1}, {1.1, 0.85}, {-1.1, 0.85}});
        break;
    case CurveMarker::Diamond:
        polygon({{0, -1.25}, {1.1, 0}, {0, 1.25}, {-1.1, 0}});
        break;
    case CurveMarker::Cross:
        painter.drawLine(centre + QPointF(-r, -r), centre + QPointF(r, r));
        painter.drawLine(centre + QPointF(-r, r), centre + QPointF(r, -r));
        break;
    case CurveMarker::Plus:
        painter.drawLine(centre + QPointF(-1.2 * r, 0), centre + QPointF(1.2 * r, 0));
        painter.drawLine(centre + QPointF(0, -1.2 * r), centre + QPointF(0, 1.2 * r));
        break;
    }
}

void paintDashed(QPainter& painter, std::span<const QPointF> points, std::span<const double> dashes)
{
    eachDash(points, dashes, [&](std::span<const QPointF> piece) {
        painter.drawPolyline(piece.data(), int(piece.size()));
    });
}

void eachDash(std::span<const QPointF> points, std::span<const double> dashes,
              const std::function<void(std::span<const QPointF>)>& paint)
{
    if (points.size() < 2)
        return;
    std::vector<QPointF> piece;
    const auto flush = [&] {
        if (piece.size() > 1)
            paint(piece);
        piece.clear();
    };
    std::size_t dash = 0;
    double left = dashes.empty() ? 0 : dashes[0];
    bool on = true;
    piece.push_back(points[0]);
    for (std::size_t i = 1; i < points.size(); ++i) {
        QPointF from = points[i - 1];
        const QPointF step = points[i] - from;
        const double length = std::sqrt(step.x() * step.x() + step.y() * step.y());
        // A jump over the whole picture is one dash; who counts dashes there?
        constexpr double kLongest = 4000;
        double covered = 0;
        while (!dashes.empty() && length - covered > left && length < kLongest) {
            covered += left;
            from = points[i - 1] + step * (covered / length);
            if (on) {
                piece.push_back(from);
                flush();
            } else {
                piece.push_back(from);
            }
            on = !on;
            dash = (dash + 1) % dashes.size();
            left = dashes[dash];
        }
        left = std::max(0.1, left - (length - covered));
        if (on) {
            piece.push_back(points[i]);
            if (piece.size() >= kMostPoints) {
                flush();
                piece.push_back(points[i]);
            }
        }
    }
    flush();
}

} // namespace phono
