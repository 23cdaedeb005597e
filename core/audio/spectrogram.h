#pragma once

#include "core/base/feature_info.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <cstdint>
#include <vector>

namespace phono {

enum class FrequencyScale { Linear, Mel };

struct SpectrogramOptions {
    int windowLength = 400; ///< in samples (Hann)
    int hop = 80; ///< in samples
    FrequencyScale scale = FrequencyScale::Mel;
    int melBands = 80; ///< Mel only
    bool operator==(const SpectrogramOptions&) const = default;
};

/// Frames a spectrogram of `samples` samples has: one every `hop` samples, centred there.
std::int64_t spectrogramFrames(std::int64_t samples, const SpectrogramOptions& options);
/// Centre frequency of each channel in Hz, lowest first.
std::vector<double> spectrogramFrequencies(const SpectrogramOptions& options);

/// Log power in dB, one row of frequencies per frame, floor -120 dB, into `sink` from left to
/// right. Frame t is centred at sample t * hop; the signal is reflected at its ends.
///
/// Hann window, zero-padded to a power of two. Linear: 0 dB is a full-scale sine at the channel's
/// frequency. Mel: bands of HTK's scale with triangles of height 1 (no area normalisation); 0 dB is
/// all the power of a full-scale sine, which spreads over neighbouring bands where these are
/// narrow.
Result<void> computeSpectrogram(const SampleSource& audio, const SpectrogramOptions& options,
                                FeatureSink& sink, const Progress& progress = {});

} // namespace phono
