#pragma once

#include "app/recording/growing_feature.h"
#include "core/audio/audio_file.h"
#include "core/audio/peaks.h"

#include <filesystem>
#include <functional>

namespace phono {

/// As much of a recording as is decoded; of one that is not complete, its outline as `info`.
struct GrowingAudio {
    AudioInfo info;
    PeakPyramid peaks;
};

/// Decodes a file of up to 16 h into memory. Calls `show` from time to time, on the same thread,
/// but not before the first pause of `looks` is over: a short recording appears as a whole. The
/// result has everything but the hash.
Result<GrowingAudio> readAudio(const std::filesystem::path& path,
                               const std::function<void(GrowingAudio)>& show, Throttle looks,
                               const Progress& progress);

} // namespace phono
