#pragma once

#include "core/audio/audio_file.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace phono {

/// Turns an audio file into mono samples at kModelRate, block by block from its beginning to its
/// end. Anything libsndfile opens; channels are mixed by their mean, libsoxr HQ resamples.
class AudioDecoder {
public:
    static Result<AudioDecoder> open(const std::filesystem::path& path);

    AudioDecoder(AudioDecoder&& other) noexcept;
    ~AudioDecoder();

    /// The next samples, valid until the next call; none at the end. NaN and infinite samples are
    /// refused.
    Result<std::span<const float>> next();
    /// How much of the file has been read, in [0, 1]; never falls.
    double fraction() const;

    /// What is known before the end: path, format, rate and channels; frames and seconds are as
    /// many as can be expected, which is what the file's header says unless that is absurd.
    AudioInfo outline() const;
    /// Everything but the hash, when next() has come to the end; an error if there were no samples.
    Result<AudioInfo> info() const;

private:
    struct State;
    explicit AudioDecoder(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

} // namespace phono
