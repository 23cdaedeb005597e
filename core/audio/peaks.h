#pragma once

#include "core/base/sample_source.h"

#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// Smallest and largest sample of any stretch of a waveform, quickly: a pyramid of 64-sample
/// blocks, four to one from level to level. Copies share it, as those of a Waveform do.
class PeakPyramid {
public:
    struct Range {
        float low = 0;
        float high = 0;
        bool operator==(const Range&) const = default;
    };

    PeakPyramid() = default;
    explicit PeakPyramid(Waveform waveform);

    /// Takes in what `longer` has behind the waveform so far, with which it must begin. Copies made
    /// before stay as they are; only one of them may be extended at a time.
    void extend(Waveform longer);

    const Waveform& waveform() const { return m_waveform; }
    /// In samples.
    std::int64_t size() const { return m_waveform.size(); }
    /// Of samples [first, last), clamped to the waveform; {0, 0} when that is empty. Long stretches
    /// are rounded outwards to whole blocks of less than a sixteenth of their length.
    Range range(std::int64_t first, std::int64_t last) const;

private:
    Waveform m_waveform;
    std::vector<GrowingArray<Range>> m_levels; ///< whole blocks only
};

} // namespace phono
