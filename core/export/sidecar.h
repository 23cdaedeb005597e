#pragma once

#include "core/audio/audio_file.h"
#include "core/base/feature_info.h"
#include "core/checkpoint/checkpoint.h"
#include "core/export/export_format.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace phono {

/// What really computed the features (the extractor's backend, in words).
struct Computation {
    std::string device; ///< "cpu", "cuda:0"
    std::string precision; ///< "fp32", "bf16x3", "bf16"
    std::string kernel; ///< "portable", "avx512", …
    int threads = 1;
    std::string note; ///< why it is not what was asked for; empty otherwise
    std::string libtorch; ///< version
};

/// Where exported features came from and what made them.
struct ExportOrigin {
    AudioInfo audio;
    std::int64_t modelSamples = 0; ///< what the model heard, in samples at kModelRate
    /// Its tensors are not used and may have been dropped.
    Checkpoint checkpoint;
    Computation computation;
    std::string commandLine; ///< that makes the same files again, for a shell
};

/// "<file name>.json", beside the file it describes.
std::filesystem::path sidecarPath(const std::filesystem::path& file);

/// The JSON text of a sidecar: format, feature, audio, checkpoint and computation, and the time of
/// writing in UTC. Bytes of names that are not UTF-8 become U+FFFD.
std::string sidecarJson(const std::filesystem::path& file, ExportFormat format,
                        const FeatureInfo& info, std::int64_t frames, const ExportOrigin& origin);

} // namespace phono
