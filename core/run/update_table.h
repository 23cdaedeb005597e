#pragma once

#include "core/run/run_event.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace phono {

/// What an update event has one number of.
enum class Curve {
    Epoch,
    LossBits,
    Accuracy,
    PositiveMean,
    NegativeMean,
    Lr,
    GradientNorm,
    AudioSeconds,
    AudioSecondsPerSecond,
    DataWait,
    MemoryBytes,
    CpuUtilization,
    SecondsLeft,
    LossScale,
    CodePerplexity,
    GpuUtilization,
    GpuMemoryBytes,
    GpuTemperature,
};
inline constexpr std::size_t kCurveCount = 18;
/// As metrics.jsonl calls it: "loss_bits"; of the GPU "gpu_utilization".
std::string_view nameOf(Curve curve);

/// The update events of a run as columns of equal length, ready to be drawn.
class UpdateTable {
public:
    /// Losses of prediction steps beyond this one are not kept.
    static constexpr std::size_t kMostSteps = 64;

    std::size_t rows() const { return m_updates.size(); }
    bool empty() const { return m_updates.empty(); }
    /// Seconds since 1970.
    std::span<const double> times() const { return m_times; }
    /// Whole numbers, rising.
    std::span<const double> updates() const { return m_updates; }
    /// NaN where the event had none; empty if no event had any.
    std::span<const float> curve(Curve curve) const
    {
        return m_curves[static_cast<std::size_t>(curve)];
    }
    std::size_t steps() const { return m_steps.size(); }
    /// Loss in bits of prediction step `index` + 1, as curve().
    std::span<const float> step(std::size_t index) const { return m_steps[index]; }

    void append(const UpdateEvent& event);
    void append(const UpdateTable& later);
    /// Drops the rows with more updates.
    void keepUpTo(std::int64_t update);

private:
    using Column = std::vector<float>;
    void push(Column& column, float value) const;
    void extend(Column& column, const Column& later, std::size_t laterRows) const;

    std::vector<double> m_times;
    std::vector<double> m_updates;
    std::array<Column, kCurveCount> m_curves;
    std::vector<Column> m_steps;
};

} // namespace phono
