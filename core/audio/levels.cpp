#include "core/audio/levels.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kClippedRun = 4; // samples

bool isGood(float sample)
{
    return std::abs(sample) <= LevelMeter::kLargestSample; // false for NaN
}

} // namespace

LevelMeter::LevelMeter(int channels, float fullScale)
    : m_channels(channels)
    , m_fullScale(fullScale)
    , m_runs(static_cast<std::size_t>(channels), 0)
{
}

std::optional<LevelMeter::BadSample> LevelMeter::add(std::span<const float> interleaved)
{
    float peak = 0;
    bool allGood = true;
    for (const float sample : interleaved) {
        peak = std::max(peak, std::abs(sample));
        allGood &= isGood(sample);
    }
    if (!allGood) {
        const auto bad = std::ranges::find_if_not(interleaved, isGood);
        const auto index = bad - interleaved.begin();
        return BadSample{m_frames + index / m_channels, static_cast<int>(index % m_channels), *bad};
    }
    if (peak >= m_fullScale)
        countRuns(interleaved);
    else
        std::ranges::fill(m_runs, 0);
    m_peak = std::max(m_peak, peak);
    m_frames += static_cast<std::int64_t>(interleaved.size()) / m_channels;
    return {};
}

void LevelMeter::countRuns(std::span<const float> interleaved)
{
    std::size_t channel = 0;
    for (const float sample : interleaved) {
        auto& run = m_runs[channel];
        channel = channel + 1 == m_runs.size() ? 0 : channel + 1;
        if (std::abs(sample) < m_fullScale)
            run = 0;
        else if (run < kClippedRun && ++run == kClippedRun)
            ++m_clippedRuns;
    }
}

void SignalStatistics::add(std::span<const float> samples)
{
    for (const float sample : samples) {
        m_sum += sample;
        m_squares += static_cast<double>(sample) * sample;
    }
    m_count += static_cast<std::int64_t>(samples.size());
}

double SignalStatistics::rms() const
{
    return m_count ? std::sqrt(m_squares / static_cast<double>(m_count)) : 0;
}

} // namespace phono
