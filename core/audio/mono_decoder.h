#pragma once

#include "core/audio/resample.h"
#include "core/audio/sound_file.h"
#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// From an open file to mono samples at kModelRate, block by block: channels are mixed by their
/// mean, other rates resampled.
class MonoDecoder {
public:
    /// Decodes from where `file` stands, which must outlive the decoder.
    static Result<MonoDecoder> create(SoundFile& file);

    /// Goes on to the next block. False at the end, which is also where decoding fails.
    Result<bool> next();
    /// What was decoded, as it lies in the file; empty in a last block of what resampling held
    /// back. Valid until next().
    std::span<const float> interleaved() const { return m_interleaved; }
    /// What became ready: as many samples, more, or fewer. Valid until next().
    std::span<const float> samples() const { return m_samples; }

    /// How many will come, by the file's header.
    std::int64_t expectedSamples() const;

private:
    MonoDecoder(SoundFile& file, Resampler resampler);
    Result<bool> finish();

    SoundFile* m_file;
    Resampler m_resampler;
    std::vector<float> m_block;
    std::vector<float> m_mono;
    std::vector<float> m_ready;
    std::span<const float> m_interleaved;
    std::span<const float> m_samples;
    bool m_ended = false;
};

} // namespace phono
