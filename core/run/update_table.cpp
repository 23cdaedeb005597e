#include "core/run/update_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace phono {
namespace {

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

constexpr std::array<std::string_view, kCurveCount> kNames = {
    "epoch",           "loss_bits",        "accuracy",
    "positive_mean",   "negative_mean",    "lr",
    "gnorm",           "audio_seconds",    "audio_seconds_per_second",
    "data_wait",       "memory_bytes",     "cpu_utilization",
    "seconds_left",    "loss_scale",       "code_perplexity",
    "gpu_utilization", "gpu_memory_bytes", "gpu_temperature"};

/// In the order of Curve.
std::array<float, kCurveCount> valuesOf(const UpdateEvent& event)
{
    const auto narrow = [](double value) {
        return static_cast<float>(value);
    };
    const auto optional = [&](const std::optional<double>& value) {
        return value ? narrow(*value) : kNothing;
    };
    const auto& gpu = event.gpu;
    return {narrow(event.epoch),
            narrow(event.metrics.lossBits),
            narrow(event.metrics.accuracy),
            narrow(event.metrics.positiveMean),
            narrow(event.metrics.negativeMean),
            narrow(event.lr),
            narrow(event.gnorm),
            narrow(event.audioSeconds),
            narrow(event.audioSecondsPerSecond),
            narrow(event.dataWait),
            static_cast<float>(event.memoryBytes),
            optional(event.cpuUtilization),
            event.secondsLeft < 0 ? kNothing : narrow(event.secondsLeft),
            optional(event.lossScale),
            optional(event.codePerplexity),
            gpu ? narrow(gpu->utilization) : kNothing,
            gpu ? static_cast<float>(gpu->memoryBytes) : kNothing,
            gpu ? narrow(gpu->temperature) : kNothing};
}

} // namespace

std::string_view nameOf(Curve curve)
{
    return kNames[static_cast<std::size_t>(curve)];
}

void UpdateTable::push(Column& column, float value) const
{
    if (column.empty()) {
        if (std::isnan(value))
            return;
        column.assign(rows(), kNothing);
    }
    column.push_back(value);
}

void UpdateTable::extend(Column& column, const Column& later, std::size_t laterRows) const
{
    if (column.empty() && later.empty())
        return;
    if (column.empty())
        column.assign(rows(), kNothing);
    if (later.empty())
        column.insert(column.end(), laterRows, kNothing);
    else
        column.insert(column.end(), later.begin(), later.end());
}

void UpdateTable::append(const UpdateEvent& event)
{
    const auto values = valuesOf(event);
    for (std::size_t i = 0; i < kCurveCount; ++i)
        push(m_curves[i], values[i]);
    const auto& steps = event.metrics.stepBits;
    m_steps.resize(std::max(m_steps.size(), std::min(steps.size(), kMostSteps)));
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        push(m_steps[i], i < steps.size() ? static_cast<float>(steps[i]) : kNothing);
    m_times.push_back(event.time);
    m_updates.push_back(static_cast<double>(event.update));
}

void UpdateTable::append(const UpdateTable& later)
{
    for (std::size_t i = 0; i < kCurveCount; ++i)
        extend(m_curves[i], later.m_curves[i], later.rows());
    m_steps.resize(std::max(m_steps.size(), later.m_steps.size()));
    for (std::size_t i = 0; i < m_steps.size(); ++i)
        extend(m_steps[i], i < later.m_steps.size() ? later.m_steps[i] : Column(), later.rows());
    m_times.insert(m_times.end(), later.m_times.begin(), later.m_times.end());
    m_updates.insert(m_updates.end(), later.m_updates.begin(), later.m_updates.end());
}

void UpdateTable::keepUpTo(std::int64_t update)
{
    const auto end = std::ranges::upper_bound(m_updates, static_cast<double>(update));
    const auto kept = static_cast<std::size_t>(end - m_updates.begin());
    const auto cut = [&](auto& column) {
        if (column.size() > kept)
            column.resize(kept);
    };
    for (auto& column : m_curves)
        cut(column);
    for (auto& column : m_steps)
        cut(column);
    cut(m_times);
    cut(m_updates);
}

} // namespace phono
