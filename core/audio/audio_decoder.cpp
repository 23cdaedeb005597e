#include "core/audio/audio_decoder.h"

#include "core/audio/audio_report.h"
#include "core/audio/levels.h"
#include "core/audio/mono_decoder.h"
#include "core/audio/sound_file.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace phono {

struct AudioDecoder::State {
    State(std::filesystem::path where, SoundFile opened)
        : path(std::move(where))
        , file(std::move(opened))
        , meter(file.channels(), file.fullScale())
    {
    }

    /// Goes on by one block, which may hold nothing: the resampler keeps some back.
    Result<void> decode();
    std::int64_t expectedFrames() const;

    std::filesystem::path path;
    SoundFile file;
    std::optional<MonoDecoder> decoder; // reads from `file`
    LevelMeter meter;
    SignalStatistics statistics;
    std::int64_t frames = 0;
    double fraction = 0;
    bool ended = false;
};

Result<void> AudioDecoder::State::decode()
{
    const auto more = decoder->next();
    if (!more)
        return more.error();
    ended = !*more;
    fraction = std::max(fraction, file.fractionRead());
    const auto interleaved = decoder->interleaved();
    if (const auto bad = meter.add(interleaved))
        return badSampleError(*bad, file.sampleRate());
    frames += static_cast<std::int64_t>(interleaved.size()) / file.channels();
    statistics.add(decoder->samples());
    return {};
}

std::int64_t AudioDecoder::State::expectedFrames() const
{
    constexpr double kAbsurd = 16; // times what the bytes read so far let expect
    const auto declared = file.declaredFrames();
    if (frames == 0)
        return declared.value_or(0);
    const double estimate = static_cast<double>(frames) / std::clamp(fraction, 1e-9, 1.0);
    const bool credible =
        declared && *declared >= frames && static_cast<double>(*declared) <= kAbsurd * estimate;
    return credible ? *declared : static_cast<std::int64_t>(estimate);
}

AudioDecoder::AudioDecoder(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}

AudioDecoder::AudioDecoder(AudioDecoder&& other) noexcept = default;
AudioDecoder::~AudioDecoder() = default;

Result<AudioDecoder> AudioDecoder::open(const std::filesystem::path& path)
{
    auto file = SoundFile::open(path);
    if (!file)
        return file.error();
    auto state = std::make_unique<State>(path, std::move(*file));
    auto decoder = MonoDecoder::create(state->file);
    if (!decoder)
        return loadingError(path, decoder.error());
    state->decoder.emplace(std::move(*decoder));
    return AudioDecoder(std::move(state));
}

Result<std::span<const float>> AudioDecoder::next()
{
    State& state = *m_state;
    std::span<const float> ready;
    while (ready.empty() && !state.ended) {
        if (const auto done = state.decode(); !done)
            return loadingError(state.path, done.error());
        ready = state.decoder->samples();
    }
    return ready;
}

double AudioDecoder::fraction() const
{
    return m_state->fraction;
}

AudioInfo AudioDecoder::outline() const
{
    AudioInfo info = outlineAudio(m_state->path, m_state->file);
    info.frames = m_state->expectedFrames();
    info.seconds = static_cast<double>(info.frames) / info.sampleRate;
    return info;
}

Result<AudioInfo> AudioDecoder::info() const
{
    const State& state = *m_state;
    const DecodedSignal signal{.frames = state.frames,
                               .peak = state.meter.peak(),
                               .clippedRuns = state.meter.clippedRuns(),
                               .mean = state.statistics.mean(),
                               .rms = state.statistics.rms()};
    auto info = describeAudio(state.path, state.file, signal);
    return info ? std::move(info) : loadingError(state.path, info.error());
}

} // namespace phono
