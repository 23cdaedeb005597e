#pragma once

#include <QRectF>

#include <cmath>

namespace phono {

/// A range of an axis and how it is laid out.
struct CurveScale {
    double low = 0;
    double high = 1;
    bool log = false; ///< both ends are above 0 then

    double length() const { return high - low; }
    /// 0 at `low`, 1 at `high`; not finite for what a logarithmic axis has no place for.
    double part(double value) const
    {
        return log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    }
    double at(double part) const
    {
        return log ? low * std::pow(high / low, part) : low + part * (high - low);
    }
    bool operator==(const CurveScale&) const = default;
};

/// The rectangle curves are painted in and what its edges mean.
struct CurveArea {
    QRectF rect; ///< in logical pixels
    CurveScale x;
    CurveScale y;
    double devicePixelRatio = 1;

    double xOf(double key) const { return rect.left() + x.part(key) * rect.width(); }
    double yOf(double value) const { return rect.bottom() - y.part(value) * rect.height(); }
    double keyAt(double px) const { return x.at((px - rect.left()) / rect.width()); }
    double valueAt(double py) const { return y.at((rect.bottom() - py) / rect.height()); }
    /// Width in device pixels.
    int columns() const { return int(std::lround(rect.width() * devicePixelRatio)); }
};

} // namespace phono
