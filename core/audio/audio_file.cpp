#include "core/audio/audio_file.h"

#include "core/audio/audio_report.h"
#include "core/audio/levels.h"
#include "core/audio/resample.h"
#include "core/audio/sample_collector.h"
#include "core/audio/sound_file.h"
#include "core/base/file_hash.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr std::size_t kBlockFrames = 4096; // libsndfile opens no more than 1024 channels
constexpr double kDecodingShare = 0.9; // of the whole job; the rest is hashing

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

std::int64_t expectedSamples(const SoundFile& file)
{
    constexpr double kMost = 1e12;
    const auto frames = static_cast<double>(file.declaredFrames().value_or(0));
    return static_cast<std::int64_t>(
        std::min(std::ceil(frames * kModelRate / file.sampleRate()), kMost));
}

/// From an open file to mono samples at kModelRate, with what was met on the way.
class Decoder {
public:
    Decoder(SoundFile& file, Resampler resampler, std::size_t memoryLimit)
        : m_file(file)
        , m_resampler(std::move(resampler))
        , m_meter(file.channels(), file.fullScale())
        , m_collector(memoryLimit, expectedSamples(file))
    {
    }

    Result<void> run(const Progress& progress);
    Result<std::shared_ptr<const SampleSource>> samples() { return m_collector.finish(); }
    DecodedSignal signal() const;

private:
    Result<void> take(std::span<const float> interleaved);
    Result<void> keep();

    SoundFile& m_file;
    Resampler m_resampler;
    LevelMeter m_meter;
    SignalStatistics m_statistics;
    SampleCollector m_collector;
    std::int64_t m_frames = 0;
    std::vector<float> m_mono;
    std::vector<float> m_ready;
};

Result<void> Decoder::run(const Progress& progress)
{
    std::vector<float> block(kBlockFrames * static_cast<std::size_t>(m_file.channels()));
    double fraction = 0;
    while (const auto frames = m_file.readFrames(block)) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto samples = frames * static_cast<std::size_t>(m_file.channels());
        if (auto taken = take(std::span(block).first(samples)); !taken)
            return taken;
        fraction = std::max(fraction, m_file.fractionRead());
        progress("decoding", fraction * kDecodingShare);
    }
    m_ready.clear();
    if (auto rest = m_resampler.finish(m_ready); !rest)
        return rest;
    return keep();
}

Result<void> Decoder::take(std::span<const float> interleaved)
{
    if (const auto bad = m_meter.add(interleaved))
        return badSampleError(*bad, m_file.sampleRate());
    m_frames += static_cast<std::int64_t>(interleaved.size()) / m_file.channels();
    auto mono = interleaved;
    if (m_file.channels() > 1) {
        mixDown(interleaved, m_file.channels(), m_mono);
        mono = m_mono;
    }
    m_ready.clear();
    if (auto done = m_resampler.process(mono, m_ready); !done)
        return done;
    return keep();
}

Result<void> Decoder::keep()
{
    m_statistics.add(m_ready);
    return m_collector.append(m_ready);
}

DecodedSignal Decoder::signal() const
{
    return {.frames = m_frames,
            .peak = m_meter.peak(),
            .clippedRuns = m_meter.clippedRuns(),
            .mean = m_statistics.mean(),
            .rms = m_statistics.rms()};
}

Error inFile(const Error& error, const std::filesystem::path& path)
{
    if (error.isCancelled())
        return error;
    return Error{"cannot load " + path.string() + ": " + error.message};
}

} // namespace

Result<Recording> loadAudio(const std::filesystem::path& path, const LoadOptions& options,
                            const Progress& progress)
{
    auto file = SoundFile::open(path);
    if (!file)
        return file.error();
    auto resampler = Resampler::create(file->sampleRate(), kModelRate);
    if (!resampler)
        return inFile(resampler.error(), path);

    Decoder decoder(*file, std::move(*resampler), options.memoryLimit);
    if (auto done = decoder.run(progress); !done)
        return inFile(done.error(), path);
    const auto info = describeAudio(path, *file, decoder.signal());
    if (!info)
        return inFile(info.error(), path);
    auto samples = decoder.samples();
    if (!samples)
        return inFile(samples.error(), path);

    Recording recording{*info, std::move(*samples)};
    const Progress hashing{.report =
                               [&](std::string_view stage, double fraction) {
                                   progress(stage,
                                            kDecodingShare + (1 - kDecodingShare) * fraction);
                               },
                           .stop = progress.stop};
    auto hash = sha256OfFile(path, hashing);
    if (!hash)
        return hash.error();
    recording.info.sha256 = std::move(*hash);
    return recording;
}

} // namespace phono
