#pragma once

#include "core/audio/spectrogram.h"
#include "widgets/record/live_block.h"

#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// The spectrogram of sound as it comes: each frame as that of the whole sound has it, once all its
/// samples are there. For one thread.
class LiveSpectrogram {
public:
    explicit LiveSpectrogram(const SpectrogramOptions& options);

    /// Takes more samples at kModelRate; returns the frames that became complete.
    LiveBlock::Rows add(std::span<const float> samples);

private:
    SpectrogramOptions m_options;
    std::vector<float> m_samples; ///< those that frames still to come need
    std::int64_t m_first = 0; ///< which the first of them is, a multiple of the hop
    std::int64_t m_frames = 0; ///< made so far
};

} // namespace phono
