#include "core/audio/audio_decoder.h"

#include "core/audio/audio_report.h"
#include "core/audio/levels.h"
#include "core/audio/resample.h"
#include "core/audio/sound_file.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

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

struct AudioDecoder::State {
    State(std::filesystem::path where, SoundFile opened, Resampler made)
        : path(std::move(where))
        , file(std::move(opened))
        , resampler(std::move(made))
        , meter(file.channels(), file.fullScale())
        , block(kBlockFrames * static_cast<std::size_t>(file.channels()))
    {
    }

    /// Replaces `ready`, perhaps by nothing: the resampler keeps some back.
    Result<void> decode();
    Result<void> take(std::span<const float> interleaved);
    std::int64_t expectedFrames() const;

    std::filesystem::path path;
    SoundFile file;
    Resampler resampler;
    LevelMeter meter;
    SignalStatistics statistics;
    std::int64_t frames = 0;
    double fraction = 0;
    bool ended = false;
    std::vector<float> block;
    std::vector<float> mono;
    std::vector<float> ready;
};

Result<void> AudioDecoder::State::decode()
{
    ready.clear();
    const auto count = file.readFrames(block);
    fraction = std::max(fraction, file.fractionRead());
    ended = count == 0;
    const auto samples = count * static_cast<std::size_t>(file.channels());
    auto done = ended ? resampler.finish(ready) : take(std::span(block).first(samples));
    statistics.add(ready);
    return done;
}

Result<void> AudioDecoder::State::take(std::span<const float> interleaved)
{
    if (const auto bad = meter.add(interleaved))
        return badSampleError(*bad, file.sampleRate());
    frames += static_cast<std::int64_t>(interleaved.size()) / file.channels();
    auto one = interleaved;
    if (file.channels() > 1) {
        mixDown(interleaved, file.channels(), mono);
        one = mono;
    }
    return resampler.process(one, ready);
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
    auto resampler = Resampler::create(file->sampleRate(), kModelRate);
    if (!resampler)
        return loadingError(path, resampler.error());
    return AudioDecoder(std::make_unique<State>(path, std::move(*file), std::move(*resampler)));
}

Result<std::span<const float>> AudioDecoder::next()
{
    State& state = *m_state;
    state.ready.clear();
    while (state.ready.empty() && !state.ended) {
        if (const auto done = state.decode(); !done)
            return loadingError(state.path, done.error());
    }
    return std::span<const float>(state.ready);
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
