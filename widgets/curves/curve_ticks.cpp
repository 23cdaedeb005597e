#include "widgets/curves/curve_ticks.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Curves", text);
}

/// "1.2e-5", without the zeros that C puts into exponents.
QString scientific(double value, int digits)
{
    return QString::number(value, 'g', digits)
        .replace(QStringLiteral("e-0"), QStringLiteral("e-"))
        .replace(QStringLiteral("e+0"), QStringLiteral("e"))
        .replace(QStringLiteral("e+"), QStringLiteral("e"));
}

/// "120k" for 120000, if `step` allows.
QString compact(double value, double step)
{
    const auto scaled = [&](double unit, const char* suffix) {
        const int decimals = std::clamp(int(std::ceil(-std::log10(step / unit) - 1e-9)), 0, 6);
        return QString::number(value / unit, 'f', decimals) + QLatin1String(suffix);
    };
    if (value == 0)
        return QStringLiteral("0");
    QString text;
    if (std::abs(value) >= 1e6)
        text = scaled(1e6, "M");
    else if (std::abs(value) >= 1e4)
        text = scaled(1e3, "k");
    else if (step < 1e-4)
        text = scientific(value, 3);
    else
        text = scaled(1, "");
    return text.replace(u'-', u'−');
}

std::vector<AxisTick> logTicks(const CurveScale& scale, double pixels, double labelPixels)
{
    const double decade = pixels / std::log10(scale.high / scale.low);
    // Marks closer than a label are left out: 2 and 5 need room for a label each.
    const bool between = decade * std::log10(2) >= labelPixels;
    const int stride = std::max(1, int(std::ceil(labelPixels / decade)));
    std::vector<AxisTick> ticks;
    for (int power = int(std::floor(std::log10(scale.low))); std::pow(10, power) <= scale.high;
         ++power) {
        if (!between && power % stride != 0)
            continue;
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double value = factor * std::pow(10, power);
            if ((factor == 1 || between) && value >= scale.low && value <= scale.high)
                ticks.push_back({value, compact(value, value)});
        }
    }
    return ticks;
}

/// Less than a decade on a logarithmic axis is best marked like a linear one.
bool wide(const CurveScale& scale)
{
    return scale.log && scale.high / scale.low >= 8;
}

} // namespace

std::vector<AxisTick> curveTicks(const CurveScale& scale, double pixels, double labelPixels)
{
    if (!(scale.length() > 0) || !std::isfinite(scale.length()))
        return {};
    if (wide(scale))
        return logTicks(scale, pixels, labelPixels);
    auto ticks = valueTicks(scale.low, scale.high, pixels, labelPixels);
    const double step = ticks.size() > 1 ? ticks[1].position - ticks[0].position : scale.length();
    for (AxisTick& tick : ticks)
        tick.label = compact(std::abs(tick.position) < step / 1e6 ? 0 : tick.position, step);
    return ticks;
}

TimeUnit relativeUnit(double seconds)
{
    if (seconds >= 2 * 3600)
        return {QStringLiteral("h"), 3600};
    if (seconds >= 2 * 60)
        return {QStringLiteral("min"), 60};
    return {QStringLiteral("s"), 1};
}

std::vector<AxisTick> relativeTicks(const CurveScale& scale, double pixels, double labelPixels)
{
    const double unit = relativeUnit(scale.high).seconds;
    auto ticks = curveTicks({scale.low / unit, scale.high / unit, scale.log}, pixels, labelPixels);
    for (AxisTick& tick : ticks)
        tick.position *= unit;
    return ticks;
}

std::vector<AxisTick> wallTicks(const CurveScale& scale, double pixels, double labelPixels)
{
    constexpr double kDay = 86400;
    constexpr std::array kSteps = {1.0,      2.0,      5.0,       10.0,      15.0,      30.0,
                                   60.0,     120.0,    300.0,     600.0,     900.0,     1800.0,
                                   3600.0,   7200.0,   10800.0,   21600.0,   43200.0,   kDay,
                                   2 * kDay, 7 * kDay, 14 * kDay, 28 * kDay, 91 * kDay, 365 * kDay};
    const double least = scale.length() * labelPixels / std::max(1.0, pixels);
    const auto fits = std::ranges::find_if(kSteps, [&](double step) { return step >= least; });
    if (fits == kSteps.end() || !(least > 0))
        return {};
    const double step = *fits;
    // Steps are counted in local time, so that days begin at midnight.
    const auto offset = double(localTime(scale.low).offsetFromUtc());
    std::vector<AxisTick> ticks;
    // Where a step is lost in the rounding, the clock has gone wrong.
    if (!(scale.low + step > scale.low))
        return {};
    for (double at = std::ceil((scale.low + offset) / step) * step - offset; at <= scale.high;
         at += step) {
        const QDateTime when = localTime(at);
        const bool day = step >= kDay || when.time() == QTime(0, 0);
        const QString format = day ? QStringLiteral("d MMM")
            : step < 60            ? QStringLiteral("HH:mm:ss")
                                   : QStringLiteral("HH:mm");
        ticks.push_back({at, QLocale(QLocale::English).toString(when, format)});
    }
    return ticks;
}

QDateTime localTime(double seconds)
{
    constexpr double kYear = 31556952;
    const double known = std::isnan(seconds) ? 0 : std::clamp(seconds, -1900 * kYear, 8000 * kYear);
    return QDateTime::fromMSecsSinceEpoch(qint64(known * 1000));
}

QString axisTitle(CurveAxis axis, double high)
{
    switch (axis) {
    case CurveAxis::Epoch:
        return tr("epochs");
    case CurveAxis::Relative:
        return tr("time trained (%1)").arg(relativeUnit(high).name);
    case CurveAxis::Wall:
        return tr("wall time");
    case CurveAxis::Update:
        break;
    }
    return tr("updates");
}

QString axisText(CurveAxis axis, double key)
{
    switch (axis) {
    case CurveAxis::Epoch:
        return tr("epoch %1").arg(key, 0, 'f', 2);
    case CurveAxis::Relative: {
        const TimeUnit unit = relativeUnit(key);
        return tr("after %1 %2").arg(key / unit.seconds, 0, 'f', 1).arg(unit.name);
    }
    case CurveAxis::Wall:
        return QLocale(QLocale::English).toString(localTime(key), QStringLiteral("d MMM HH:mm:ss"));
    case CurveAxis::Update:
        break;
    }
    return tr("update %1").arg(QLocale(QLocale::English).toString(qlonglong(std::llround(key))));
}

QString valueText(double value)
{
    if (std::isnan(value))
        return QStringLiteral("—");
    const double size = std::abs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-3))
        return scientific(value, 4).replace(u'-', u'−');
    const int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    return QString::number(value, 'f', decimals).replace(u'-', u'−');
}

} // namespace phono
