#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace phono {

struct PreparedModel;

/// The frames that a block of sound completes.
struct LiveRows {
    std::int64_t first = 0; ///< the number of the first of them
    std::int64_t frames = 0;
    std::vector<float> z; ///< [frames, channels]
    std::vector<float> c; ///< [frames, channels]
};

/// Computes z and c of sound while it comes, on the processor: each frame once, in memory that does
/// not grow with the sound.
///
/// Each group norm takes *running statistics*: of all that its layer has put out so far, this block
/// included. Exact features (Extractor) take the whole recording's (SPEC 1.2), which live ones
/// approach as the sound goes on; those of the first block are the exact ones of that block.
///
/// Use from one thread at a time, which may be another one than the extractor's at the same time.
class LiveExtractor {
public:
    /// Fails for what cannot be computed without the whole recording.
    static Result<LiveExtractor> create(std::shared_ptr<const PreparedModel> model);
    ~LiveExtractor();
    LiveExtractor(LiveExtractor&&) noexcept;
    LiveExtractor& operator=(LiveExtractor&&) noexcept;
    LiveExtractor(const LiveExtractor&) = delete;
    LiveExtractor& operator=(const LiveExtractor&) = delete;

    /// Takes the next samples, any number of them: mono at kModelRate. Memory is used as for a
    /// recording of their number. Fails, and takes none, when one is not a finite number.
    Result<LiveRows> process(std::span<const float> samples);
    /// So far: ModelConfig::frames of the samples so far.
    std::int64_t frames() const;
    /// Bytes kept from block to block. They do not depend on how much sound there was.
    std::size_t keptBytes() const;
    /// Forgets all sound.
    void reset();

private:
    struct Impl;
    explicit LiveExtractor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace phono
