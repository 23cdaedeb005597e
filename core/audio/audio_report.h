#pragma once

#include "core/audio/audio_file.h"
#include "core/audio/levels.h"

namespace phono {

class SoundFile;

/// What decoding a whole file met.
struct DecodedSignal {
    std::int64_t frames = 0;
    double peak = 0;
    std::int64_t clippedRuns = 0;
    double mean = 0;
    double rms = 0;
};

/// What an open file says of itself: path, format, rate, channels, stamp.
AudioInfo outlineAudio(const std::filesystem::path& path, const SoundFile& file);

/// Everything to be said about a decoded file, except its hash; an error if it had no samples.
Result<AudioInfo> describeAudio(const std::filesystem::path& path, const SoundFile& file,
                                const DecodedSignal& signal);

Error badSampleError(const LevelMeter::BadSample& sample, int sampleRate);

/// `error`, and which file it was met in.
Error loadingError(const std::filesystem::path& path, const Error& error);

} // namespace phono
