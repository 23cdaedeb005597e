#include "widgets/plot/axis_ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {

std::vector<AxisTick> levelTicks(double largest, double pixels, double labelPixels)
{
    std::vector<AxisTick> ticks{{0, QStringLiteral("−∞")}};
    if (!(largest > 0))
        return ticks;
    const double top = 20 * std::log10(largest);
    double previous = largest * 2;
    double lastShown = 0;
    for (int level = int(std::floor(top / 6 + 1e-9)) * 6;; level -= 6) {
        const double amplitude = std::pow(10.0, level / 20.0);
        const double y = amplitude / largest * pixels / 2;
        if (y < labelPixels)
            break;
        const double above = lastShown > 0 ? lastShown - y : labelPixels;
        if (previous > 0 && above >= labelPixels) {
            const QString label =
                level == 0 ? QStringLiteral("0") : QStringLiteral("−%1").arg(-level);
            ticks.push_back({amplitude, level > 0 ? QStringLiteral("+%1").arg(level) : label});
            ticks.push_back({-amplitude, ticks.back().label});
            lastShown = y;
        }
        previous = amplitude;
    }
    return ticks;
}

double frequencyAt(std::span<const double> frequenciesHz, double row)
{
    if (frequenciesHz.empty())
        return 0;
    const auto last = double(frequenciesHz.size() - 1);
    const double place = std::clamp(row, 0.0, last);
    const auto below = std::size_t(place);
    const auto above = std::min(below + 1, frequenciesHz.size() - 1);
    const double part = place - double(below);
    return frequenciesHz[below] * (1 - part) + frequenciesHz[above] * part;
}

namespace {

double rowOf(std::span<const double> frequenciesHz, double hertz)
{
    const auto above = std::ranges::lower_bound(frequenciesHz, hertz);
    if (above == frequenciesHz.begin())
        return 0;
    if (above == frequenciesHz.end())
        return double(frequenciesHz.size() - 1);
    const double low = *std::prev(above);
    const double part = *above > low ? (hertz - low) / (*above - low) : 0;
    return double(above - frequenciesHz.begin() - 1) + part;
}

} // namespace

std::vector<AxisTick> frequencyTicks(std::span<const double> frequenciesHz, double pixels,
                                     double labelPixels)
{
    if (frequenciesHz.size() < 2)
        return {};
    constexpr std::array kCandidates = {8.0, 4.0, 2.0, 1.0, 0.5, 6.0, 3.0, 0.25, 5.0, 7.0};
    const double perRow = pixels / double(frequenciesHz.size());
    std::vector<AxisTick> ticks;
    for (const double kilohertz : kCandidates) {
        const double hertz = kilohertz * 1000;
        // The outermost rows are centred a little inside the band's edges.
        if (hertz < frequenciesHz.front() || hertz > frequenciesHz.back() * 1.04)
            continue;
        const double row = rowOf(frequenciesHz, hertz);
        const bool fits = std::ranges::all_of(ticks, [&](const AxisTick& tick) {
            return std::abs(tick.position - row) * perRow >= labelPixels;
        });
        if (fits)
            ticks.push_back({row, QString::number(kilohertz)});
    }
    return ticks;
}

std::vector<AxisTick> valueTicks(double low, double high, double pixels, double labelPixels)
{
    const double least = (high - low) * labelPixels / std::max(1.0, pixels);
    if (!(least > 0) || !std::isfinite(least))
        return {};
    const double power = std::pow(10, std::floor(std::log10(least)));
    double step = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= least * (1 - 1e-9))
            step = factor * power;
    }
    const int decimals = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
    std::vector<AxisTick> ticks;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i)
        ticks.push_back({i * step, QString::number(i * step, 'f', decimals).replace(u'-', u'−')});
    return ticks;
}

double timeStep(double length, double pixels, double labelPixels)
{
    const double least = length / std::max(1.0, pixels / labelPixels);
    if (!(least > 0))
        return 1;
    if (least > 1) {
        constexpr std::array kRound = {2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
        for (const int step : kRound) {
            if (step >= least)
                return step;
        }
        return std::ceil(least / 7200) * 7200;
    }
    const double power = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= least * (1 - 1e-9))
            return factor * power;
    }
    return 10 * power;
}

QString timeText(double seconds, double step, bool clock)
{
    const int decimals = step >= 1 ? 0 : std::clamp(int(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
    if (!clock)
        return QString::number(seconds, 'f', decimals);
    const double unit = std::pow(10, -decimals);
    const double rounded = std::round(seconds / unit) * unit;
    const auto hours = int(rounded / 3600);
    const auto minutes = int(rounded / 60) - hours * 60;
    const double rest = rounded - hours * 3600.0 - minutes * 60.0;
    const auto width = decimals > 0 ? 3 + decimals : 2;
    const QString tail = QString::number(rest, 'f', decimals).rightJustified(width, u'0');
    if (hours > 0)
        return QStringLiteral("%1:%2:%3").arg(hours).arg(minutes, 2, 10, QChar(u'0')).arg(tail);
    return QStringLiteral("%1:%2").arg(minutes).arg(tail);
}

} // namespace phono
