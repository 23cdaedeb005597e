#pragma once

#include "widgets/time_axis.h"

#include <QRectF>

#include <cmath>

namespace phono {

/// The rectangle a plot is painted in and what its edges mean.
struct PlotArea {
    QRectF rect; ///< in logical pixels
    TimeRange time; ///< left and right edge
    double low = 0; ///< bottom edge
    double high = 1; ///< top edge
    double devicePixelRatio = 1;

    double x(double seconds) const
    {
        return rect.left() + (seconds - time.start) / time.length() * rect.width();
    }
    double y(double value) const
    {
        return rect.bottom() - (value - low) / (high - low) * rect.height();
    }
    double timeAt(double px) const
    {
        return time.start + (px - rect.left()) / rect.width() * time.length();
    }
    double valueAt(double py) const
    {
        return low + (rect.bottom() - py) / rect.height() * (high - low);
    }
    /// Size in device pixels.
    int columns() const { return int(std::lround(rect.width() * devicePixelRatio)); }
    int rows() const { return int(std::lround(rect.height() * devicePixelRatio)); }
};

} // namespace phono
