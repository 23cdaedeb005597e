#pragma once

#include "core/audio/file_reader.h"

#include <cstdint>
#include <optional>

namespace phono {

/// What the container of an audio file says about its length, read apart from the decoder, which
/// stops at the end of a file that was cut short without a word.
struct ContainerFacts {
    struct Extent {
        std::int64_t offset = 0; ///< of the first byte of audio
        std::int64_t bytes = 0; ///< of audio, as declared
        std::int64_t unclaimed = 0; ///< bytes behind the audio that belong to nothing
    };
    /// WAV, RF64, W64, AIFF, CAF, AU and SPHERE, when they declare one.
    std::optional<Extent> audio;
    /// MP3 only: without a Xing, Info or VBRI header the length can only be guessed.
    bool lengthIsGuess = false;
    /// Ogg whose last page is not marked as the last.
    bool endMarkMissing = false;
};

/// Reads a few headers of a file, whatever it holds.
ContainerFacts inspectContainer(const FileReader& file);

} // namespace phono
