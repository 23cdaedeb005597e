#include "core/audio/audio_file.h"

#include "core/audio/audio_report.h"
#include "core/audio/levels.h"
#include "core/audio/mono_decoder.h"
#include "core/audio/sample_collector.h"
#include "core/audio/sound_file.h"
#include "core/base/file_hash.h"

#include <algorithm>

namespace phono {
namespace {

constexpr double kDecodingShare = 0.9; // of the whole job; the rest is hashing

/// Decodes a file and takes its measure on the way.
class Decoder {
public:
    Decoder(SoundFile& file, MonoDecoder decoder, std::size_t memoryLimit)
        : m_file(file)
        , m_decoder(std::move(decoder))
        , m_meter(file.channels(), file.fullScale())
        , m_collector(memoryLimit, m_decoder.expectedSamples())
    {
    }

    Result<void> run(const Progress& progress);
    Result<std::shared_ptr<const SampleSource>> samples() { return m_collector.finish(); }
    DecodedSignal signal() const;

private:
    SoundFile& m_file;
    MonoDecoder m_decoder;
    LevelMeter m_meter;
    SignalStatistics m_statistics;
    SampleCollector m_collector;
    std::int64_t m_frames = 0;
};

Result<void> Decoder::run(const Progress& progress)
{
    double fraction = 0;
    for (;;) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto more = m_decoder.next();
        if (!more)
            return more.error();
        if (!*more)
            return {};
        const auto interleaved = m_decoder.interleaved();
        if (const auto bad = m_meter.add(interleaved))
            return badSampleError(*bad, m_file.sampleRate());
        m_frames += static_cast<std::int64_t>(interleaved.size()) / m_file.channels();
        m_statistics.add(m_decoder.samples());
        if (auto kept = m_collector.append(m_decoder.samples()); !kept)
            return kept;
        fraction = std::max(fraction, m_file.fractionRead());
        progress("decoding", fraction * kDecodingShare);
    }
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
    auto mono = MonoDecoder::create(*file);
    if (!mono)
        return inFile(mono.error(), path);

    Decoder decoder(*file, *std::move(mono), options.memoryLimit);
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
