#pragma once

#include <QString>

#include <span>
#include <vector>

namespace phono {

/// A mark on an axis: where, in the axis' own coordinate, and what it says.
struct AxisTick {
    double position = 0;
    QString label;
    bool operator==(const AxisTick&) const = default;
};

/// Levels in dBFS on both sides of zero ("0", "-6", …, "-∞" in the middle), as many as fit an axis
/// of `pixels` that shows amplitudes up to `largest` in both directions.
std::vector<AxisTick> levelTicks(double largest, double pixels, double labelPixels);

/// Round frequencies in kHz on an axis of rows, of which row i is centred at `frequenciesHz[i]`
/// (rising).
std::vector<AxisTick> frequencyTicks(std::span<const double> frequenciesHz, double pixels,
                                     double labelPixels);
/// The frequency at a row that need not be whole.
double frequencyAt(std::span<const double> frequenciesHz, double row);

/// Round values on an axis of `pixels` that shows [low, high].
std::vector<AxisTick> valueTicks(double low, double high, double pixels, double labelPixels);

/// Round times for `length` seconds on `pixels`; the step in seconds.
double timeStep(double length, double pixels, double labelPixels);
/// "12.35" or, from two minutes on, "2:05", "1:02:05"; with the decimals that `step` asks for.
QString timeText(double seconds, double step, bool clock);

} // namespace phono
