#pragma once

#include <vector>

namespace phono {

/// A stretch of sound as it comes in, and what was computed of it meanwhile. Each part goes on
/// where the last one ended; features may come later than the samples they belong to.
struct LiveBlock {
    struct Rows {
        int channels = 0; ///< 0: nothing came
        double hopSeconds = 0;
        /// Centre of the first frame ever, after the first sample ever.
        double centreSeconds = 0;
        /// Of the time before these frames that was left out.
        double skippedSeconds = 0;
        std::vector<float> values; ///< [frames, channels]
    };

    std::vector<float> samples; ///< 16 kHz, mono
    double skippedSeconds = 0; ///< lost before these samples
    Rows spectrogram; ///< in dB, mel bands from 0 to 8 kHz, the lowest first
    Rows z;
    Rows c;
    double behindSeconds = 0; ///< how far the features lag behind the sound
};

} // namespace phono
