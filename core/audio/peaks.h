#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// Smallest and largest sample of any stretch of a waveform, quickly: a pyramid of 64-sample
/// blocks, four to one from level to level. Immutable; the samples must outlive it.
class PeakPyramid {
public:
    struct Range {
        float low = 0;
        float high = 0;
        bool operator==(const Range&) const = default;
    };

    explicit PeakPyramid(std::span<const float> samples);

    std::int64_t size() const { return static_cast<std::int64_t>(m_samples.size()); }
    /// Of samples [first, last), clamped to the waveform; {0, 0} when that is empty. Long stretches
    /// are rounded outwards to whole blocks of less than a sixteenth of their length.
    Range range(std::int64_t first, std::int64_t last) const;

private:
    std::span<const float> m_samples;
    std::vector<std::vector<Range>> m_levels;
};

} // namespace phono
