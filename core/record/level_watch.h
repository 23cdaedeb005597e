#pragma once

#include "core/audio/levels.h"

#include <deque>
#include <span>
#include <vector>

namespace phono {

/// What a level meter shows. In dBFS, where 0 dBFS is a sample of full scale; a sine of full scale
/// has an RMS of -3.01 dBFS. Nothing is below kSilence.
struct LevelReading {
    static constexpr double kSilence = -120;

    struct Channel {
        double rms = kSilence; ///< of the last 0.3 s
        double peak = kSilence; ///< of the last 0.3 s
        double hold = kSilence; ///< the highest peak, for 2 s after it came, falling then
    };
    std::vector<Channel> channels;
    bool clipped = false; ///< 4 consecutive samples at full scale, since the last reset
    /// A tenth of the time it is no louder than that (RMS of all channels, last 10 s); kSilence
    /// before there is one second.
    double noiseFloor = kSilence;
};

/// The smallest absolute sample that counts as full scale: that of 16 bits, which most devices
/// deliver.
inline constexpr float kFullScaleSample = 32767.0F / 32768;

/// 20 log10 of an amplitude, at least LevelReading::kSilence.
double toDecibels(double amplitude);

/// Measures sound as it comes, for a level meter. For one thread.
class LevelWatch {
public:
    LevelWatch(int rate, int channels);

    /// Whole frames, channels in turn.
    void add(std::span<const float> interleaved);
    LevelReading reading() const;
    void resetClip() { m_clipped = false; }

private:
    struct Step {
        std::vector<double> squares; ///< summed, per channel
        std::vector<float> peaks;
        std::size_t frames = 0;
    };
    void endStep();

    std::size_t m_channels;
    std::size_t m_stepFrames; ///< 20 ms
    LevelMeter m_meter;
    Step m_step; ///< the one that is coming
    std::deque<Step> m_recent; ///< 0.3 s
    std::vector<double> m_hold;
    std::vector<int> m_heldSteps;
    double m_floorSquares = 0;
    std::size_t m_floorFrames = 0;
    std::deque<double> m_floor; ///< RMS of each 0.1 s of the last 10 s
    bool m_clipped = false;
};

} // namespace phono
