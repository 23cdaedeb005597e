#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace phono {

/// Pieces of recordings of one length, ready for the model.
struct Batch {
    std::int64_t epoch = 0; ///< from 1
    std::int64_t index = 0; ///< in the epoch, for this process, from 0
    bool repeated = false; ///< another process has the same recordings in this epoch
    std::vector<float> samples; ///< [count, length], at kModelRate
    std::int64_t count = 0;
    std::int64_t length = 0;
    std::vector<std::string> files; ///< where the rows come from
    double audioSeconds = 0; ///< count * length
    double waitSeconds = 0; ///< how long the caller waited for it
};

/// A recording that cannot be trained on.
struct SkippedFile {
    std::uint32_t recording = 0; ///< in the corpus
    std::string path;
    std::string reason; ///< a sentence
};

} // namespace phono
