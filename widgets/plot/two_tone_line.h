#pragma once

#include <QPainter>

#include <cmath>

namespace phono {

/// A vertical line of one pixel at `x` that shows on bright and on dark.
inline void paintTwoToneLine(QPainter& painter, double x, const QRect& plot, const QColor& color)
{
    const double at = std::floor(x);
    painter.fillRect(QRectF(at - 1, plot.top(), 3, plot.height()), QColor(255, 255, 255, 170));
    painter.fillRect(QRectF(at, plot.top(), 1, plot.height()), color);
}

} // namespace phono
