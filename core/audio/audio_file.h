#pragma once

#include "core/base/file_hash.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace phono {

/// What an audio file is, as it lies on disk, and what was done to make it mono at 16 kHz.
struct AudioInfo {
    std::filesystem::path path;
    std::string format; ///< for people: "WAV, 16 bit PCM", "NIST SPHERE, mu-law"
    int sampleRate = 0; ///< of the file, in Hz
    int channels = 0;
    std::int64_t frames = 0; ///< samples per channel that could really be read
    double seconds = 0;

    double dcOffset = 0; ///< mean of the mono signal, full scale is 1
    double peak = 0; ///< largest absolute sample of any channel before mixing, full scale is 1
    double rms = 0; ///< of the mono signal
    std::int64_t clippedRuns = 0; ///< runs of 4 or more consecutive full-scale samples

    /// What was done: "resampled 44.1 → 16 kHz", "mixed 2 → 1 channels".
    std::vector<std::string> notes;
    /// What is wrong: "the file ends after 1.2 s although its header says 3 s".
    std::vector<std::string> warnings;
    FileStamp stamp; ///< of the file when it was opened
    /// Of the file, lower-case hex. Empty until hashAudio(): only what is written needs it.
    std::string sha256;
};

/// A recording ready for the model: mono at kModelRate.
struct Recording {
    AudioInfo info;
    std::shared_ptr<const SampleSource> samples;
};

struct LoadOptions {
    /// Longer audio is kept in a temporary file instead of in memory.
    std::size_t memoryLimit = std::size_t(256) << 20;
};

/// All that an AudioDecoder makes of a file, and the file's hash. Header lengths are never trusted.
/// NaN and infinite samples are refused; so are files without samples. Files shorter than a model's
/// receptive field load; the extractor refuses them.
Result<Recording> loadAudio(const std::filesystem::path& path, const LoadOptions& options = {},
                            const Progress& progress = {});

/// The SHA-256 of the file that `info` describes; an error if it has changed since.
Result<std::string> hashAudio(const AudioInfo& info, const Progress& progress = {});

} // namespace phono
