#include "core/record/level_watch.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kStepsPerSecond = 50;
constexpr std::size_t kRecentSteps = 15;
constexpr int kHoldSteps = 100;
constexpr double kFall = 0.4; // dB a step: 20 dB a second
constexpr int kFloorsPerSecond = 10;
constexpr std::size_t kFloors = 100;

} // namespace

double toDecibels(double amplitude)
{
    return amplitude > 0 ? std::max(20 * std::log10(amplitude), LevelReading::kSilence)
                         : LevelReading::kSilence;
}

LevelWatch::LevelWatch(int rate, int channels)
    : m_channels(static_cast<std::size_t>(channels))
    , m_stepFrames(static_cast<std::size_t>(std::max(rate / kStepsPerSecond, 1)))
    , m_meter(channels, kFullScaleSample)
    , m_hold(m_channels, LevelReading::kSilence)
    , m_heldSteps(m_channels, 0)
{
    m_step.squares.assign(m_channels, 0);
    m_step.peaks.assign(m_channels, 0);
}

void LevelWatch::add(std::span<const float> interleaved)
{
    const auto before = m_meter.clippedRuns();
    m_meter.add(interleaved);
    m_clipped |= m_meter.clippedRuns() > before;

    for (std::size_t i = 0; i < interleaved.size(); i += m_channels) {
        for (std::size_t c = 0; c < m_channels; ++c) {
            const float sample = std::isfinite(interleaved[i + c]) ? interleaved[i + c] : 0;
            m_step.squares[c] += static_cast<double>(sample) * sample;
            m_step.peaks[c] = std::max(m_step.peaks[c], std::abs(sample));
        }
        if (++m_step.frames == m_stepFrames)
            endStep();
    }
}

void LevelWatch::endStep()
{
    for (std::size_t c = 0; c < m_channels; ++c) {
        const double peak = toDecibels(m_step.peaks[c]);
        if (peak >= m_hold[c]) {
            m_hold[c] = peak;
            m_heldSteps[c] = 0;
        } else if (++m_heldSteps[c] > kHoldSteps) {
            m_hold[c] = std::max(peak, m_hold[c] - kFall);
        }
        m_floorSquares += m_step.squares[c];
    }
    m_floorFrames += m_step.frames;
    if (m_floorFrames >= m_stepFrames * (kStepsPerSecond / kFloorsPerSecond)) {
        m_floor.push_back(
            std::sqrt(m_floorSquares / static_cast<double>(m_floorFrames * m_channels)));
        if (m_floor.size() > kFloors)
            m_floor.pop_front();
        m_floorSquares = 0;
        m_floorFrames = 0;
    }
    m_recent.push_back(m_step);
    if (m_recent.size() > kRecentSteps)
        m_recent.pop_front();
    std::ranges::fill(m_step.squares, 0);
    std::ranges::fill(m_step.peaks, 0.0F);
    m_step.frames = 0;
}

LevelReading LevelWatch::reading() const
{
    LevelReading reading;
    reading.channels.resize(m_channels);
    for (std::size_t c = 0; c < m_channels; ++c) {
        double squares = 0;
        double peak = 0;
        std::size_t frames = 0;
        for (const auto& step : m_recent) {
            squares += step.squares[c];
            peak = std::max<double>(peak, step.peaks[c]);
            frames += step.frames;
        }
        auto& channel = reading.channels[c];
        if (frames > 0)
            channel.rms = toDecibels(std::sqrt(squares / static_cast<double>(frames)));
        channel.peak = toDecibels(peak);
        channel.hold = m_hold[c];
    }
    reading.clipped = m_clipped;
    if (m_floor.size() >= kFloorsPerSecond) {
        std::vector<double> sorted(m_floor.begin(), m_floor.end());
        const auto tenth = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 10);
        std::ranges::nth_element(sorted, tenth);
        reading.noiseFloor = toDecibels(*tenth);
    }
    return reading;
}

} // namespace phono
