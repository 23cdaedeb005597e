#include "core/audio/mono_decoder.h"

#include "core/base/sample_source.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr std::size_t kBlockFrames = 4096; // libsndfile opens no more than 1024 channels

void mixDown(std::span<const float> interleaved, int channels, std::vector<float>& mono)
{
    const auto step = static_cast<std::size_t>(channels);
    mono.resize(interleaved.size() / step);
    for (std::size_t i = 0; i < mono.size(); ++i) {
        double sum = 0;
        for (const float sample : interleaved.subspan(i * step, step))
            sum += sample;
        mono[i] = static_cast<float>(sum / channels);
    }
}

} // namespace

Result<MonoDecoder> MonoDecoder::create(SoundFile& file)
{
    auto resampler = Resampler::create(file.sampleRate(), kModelRate);
    if (!resampler)
        return resampler.error();
    return MonoDecoder(file, *std::move(resampler));
}

MonoDecoder::MonoDecoder(SoundFile& file, Resampler resampler)
    : m_file(&file)
    , m_resampler(std::move(resampler))
    , m_block(kBlockFrames * static_cast<std::size_t>(file.channels()))
{
}

std::int64_t MonoDecoder::expectedSamples() const
{
    constexpr double kMost = 1e12;
    const auto frames = static_cast<double>(m_file->declaredFrames().value_or(0));
    return static_cast<std::int64_t>(
        std::min(std::ceil(frames * kModelRate / m_file->sampleRate()), kMost));
}

Result<bool> MonoDecoder::next()
{
    m_interleaved = {};
    m_samples = {};
    if (m_ended)
        return false;
    const auto frames = m_file->readFrames(m_block);
    if (frames == 0)
        return finish();
    const auto channels = m_file->channels();
    m_interleaved = std::span(m_block).first(frames * static_cast<std::size_t>(channels));
    m_samples = m_interleaved;
    if (channels > 1) {
        mixDown(m_interleaved, channels, m_mono);
        m_samples = m_mono;
    }
    if (m_file->sampleRate() == kModelRate)
        return true;
    m_ready.clear();
    if (auto done = m_resampler.process(m_samples, m_ready); !done)
        return done.error();
    m_samples = m_ready;
    return true;
}

Result<bool> MonoDecoder::finish()
{
    m_ended = true;
    m_ready.clear();
    if (auto rest = m_resampler.finish(m_ready); !rest)
        return rest.error();
    m_samples = m_ready;
    return !m_ready.empty();
}

} // namespace phono
