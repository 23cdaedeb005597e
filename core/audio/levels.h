#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace phono {

/// Largest sample and clipped runs of interleaved audio, and a guard against what is no audio.
class LevelMeter {
public:
    /// Samples beyond this are numbers, but no audio: nothing writes full scale so large.
    static constexpr float kLargestSample = 1e10f;

    struct BadSample {
        std::int64_t frame = 0;
        int channel = 0;
        float value = 0; ///< NaN, infinite or larger than kLargestSample
    };

    /// Samples of at least `fullScale` count as clipped when 4 or more follow each other.
    LevelMeter(int channels, float fullScale);

    /// Takes the next frames; returns the first bad sample if there is one.
    std::optional<BadSample> add(std::span<const float> interleaved);

    float peak() const { return m_peak; }
    std::int64_t clippedRuns() const { return m_clippedRuns; }

private:
    void countRuns(std::span<const float> interleaved);

    int m_channels;
    float m_fullScale;
    float m_peak = 0;
    std::int64_t m_frames = 0;
    std::int64_t m_clippedRuns = 0;
    std::vector<int> m_runs; ///< length of the run each channel is in
};

/// Mean and root mean square of a signal that comes in blocks.
class SignalStatistics {
public:
    void add(std::span<const float> samples);

    std::int64_t count() const { return m_count; }
    double mean() const { return m_count ? m_sum / static_cast<double>(m_count) : 0; }
    double rms() const;

private:
    std::int64_t m_count = 0;
    double m_sum = 0;
    double m_squares = 0;
};

} // namespace phono
