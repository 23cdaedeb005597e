#pragma once

#include "widgets/curves/curve.h"
#include "widgets/curves/curve_area.h"
#include "widgets/plot/axis_ticks.h"

#include <QDateTime>
#include <QString>

#include <vector>

namespace phono {

/// Round values on an axis of `pixels`; on a logarithmic one powers of ten and, where there is
/// room, their double and fivefold. Thousands are written as "120k", millions as "1.2M".
std::vector<AxisTick> curveTicks(const CurveScale& scale, double pixels, double labelPixels);
/// The same for times in seconds, in the unit of relativeUnit().
std::vector<AxisTick> relativeTicks(const CurveScale& scale, double pixels, double labelPixels);
/// Full minutes, hours, days of local time, for seconds since 1970.
std::vector<AxisTick> wallTicks(const CurveScale& scale, double pixels, double labelPixels);

/// The unit in which times up to `seconds` are best read: "s", "min" or "h", and its seconds.
struct TimeUnit {
    QString name;
    double seconds = 1;
};
TimeUnit relativeUnit(double seconds);

/// Local time, for seconds since 1970. What no calendar has comes as its first or last day.
QDateTime localTime(double seconds);

/// The label of an axis that ends at `high`, with its unit.
QString axisTitle(CurveAxis axis, double high);
/// A place on an axis, for a read-out: "update 12,345", "epoch 3.21", "1 h 02 min", a date.
QString axisText(CurveAxis axis, double key);
/// A value with the digits people compare: four significant ones.
QString valueText(double value);

} // namespace phono
