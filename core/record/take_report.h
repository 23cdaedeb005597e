#pragma once

#include "core/audio/levels.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace phono {

/// A time in a take, with a name.
struct TakeMarker {
    double seconds = 0;
    std::string name;
    bool operator==(const TakeMarker&) const = default;
};

/// What a take was, when it has ended.
struct TakeReport {
    std::filesystem::path file;
    std::string device;
    std::string hostApi;
    int rate = 0; ///< in Hz
    int channels = 0;
    std::int64_t frames = 0;
    std::string started; ///< ISO 8601, local time
    std::vector<TakeMarker> markers;

    std::int64_t overflows = 0; ///< times the system lost samples
    std::int64_t droppedFrames = 0; ///< frames the program lost
    std::int64_t clippedRuns = 0; ///< runs of 4 or more consecutive full-scale samples
    double peak = 0; ///< largest absolute sample, full scale is 1
    double rms = 0; ///< of all channels
    double dcOffset = 0; ///< mean of the channel whose mean is farthest from 0
    double noiseFloor = 0; ///< in dBFS, at the end

    /// Why it ended by itself; nothing when it was stopped.
    std::optional<Error> error;

    double seconds() const { return rate > 0 ? static_cast<double>(frames) / rate : 0; }
};

/// What is to be said about a take's sound: too low, clipped, offset, lost samples. Whole
/// sentences, the gravest first; none when all is well.
std::vector<std::string> takeAdvice(const TakeReport& report);

/// What a TakeReport says of sound, gathered as it is recorded.
class TakeStatistics {
public:
    explicit TakeStatistics(int channels);
    /// Whole frames, channels in turn.
    void add(std::span<const float> interleaved);
    void fill(TakeReport& report) const;

private:
    LevelMeter m_meter;
    SignalStatistics m_all;
    std::vector<double> m_sums; ///< per channel
};

} // namespace phono
