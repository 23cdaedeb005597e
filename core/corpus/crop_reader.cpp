#include "core/corpus/crop_reader.h"

#include "core/audio/levels.h"
#include "core/audio/mono_decoder.h"
#include "core/audio/sample_collector.h"
#include "core/audio/sound_file.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

/// Longer recordings (about four minutes) wait in a temporary file.
constexpr std::size_t kMemoryLimit = std::size_t(16) << 20;
/// Finding the end and the piece in FLAC takes as long as decoding this many samples.
constexpr std::int64_t kSeekingCost = 16000;
constexpr double kEpsilon = 1e-5;

bool isAudio(std::span<const float> samples)
{
    bool good = true;
    for (const float sample : samples)
        good = good & (std::abs(sample) <= LevelMeter::kLargestSample);
    return good;
}

Error badSamples()
{
    return Error{"it holds samples that are NaN, infinite or beyond any scale"};
}

bool canReadFrame(SoundFile& file, std::int64_t frame)
{
    std::vector<float> samples(static_cast<std::size_t>(file.channels()));
    return file.seekFrame(frame) && file.readFrames(samples) == 1;
}

bool worthSeeking(const SoundFile& file, std::int64_t maxSampleSize)
{
    return file.sampleRate() == kModelRate && file.seeksCheaply()
        && file.declaredFrames().value_or(0) > maxSampleSize + kSeekingCost;
}

Error inFile(const Error& error, const std::filesystem::path& path)
{
    if (error.isCancelled())
        return error;
    return Error{"cannot load " + path.string() + ": " + error.message};
}

} // namespace

Result<CropReader> CropReader::open(const std::filesystem::path& path, const Options& options,
                                    const std::stop_token& stop)
{
    auto file = SoundFile::open(path);
    if (!file)
        return file.error();
    CropReader reader(path, options.normalize);
    if (!options.normalize && worthSeeking(*file, options.maxSampleSize)) {
        reader.m_size = *file->declaredFrames();
        if (canReadFrame(*file, reader.m_size - 1))
            return reader;
        file = SoundFile::open(path);
        if (!file)
            return file.error();
    }
    if (auto done = reader.decode(*file, stop); !done)
        return inFile(done.error(), path);
    return reader;
}

Result<void> CropReader::decode(const std::stop_token& stop)
{
    auto file = SoundFile::open(m_path);
    if (!file)
        return file.error();
    if (auto done = decode(*file, stop); !done)
        return inFile(done.error(), m_path);
    return {};
}

Result<void> CropReader::decode(SoundFile& file, const std::stop_token& stop)
{
    auto decoder = MonoDecoder::create(file);
    if (!decoder)
        return decoder.error();
    SampleCollector collector(kMemoryLimit, decoder->expectedSamples());
    SignalStatistics statistics;
    for (;;) {
        if (stop.stop_requested())
            return Error::cancelled();
        const auto more = decoder->next();
        if (!more)
            return more.error();
        if (!*more)
            break;
        if (!isAudio(decoder->interleaved()))
            return badSamples();
        if (m_normalize)
            statistics.add(decoder->samples());
        if (auto kept = collector.append(decoder->samples()); !kept)
            return kept;
    }
    auto samples = collector.finish();
    if (!samples)
        return samples.error();
    m_samples = *std::move(samples);
    m_size = m_samples->size();
    if (m_size == 0)
        return Error{file.decodingError().empty()
                         ? "it holds no samples"
                         : "nothing could be decoded: " + file.decodingError()};
    if (m_normalize) {
        const double variance =
            statistics.rms() * statistics.rms() - statistics.mean() * statistics.mean();
        m_mean = static_cast<float>(statistics.mean());
        m_scale = static_cast<float>(1 / std::sqrt(std::max(variance, 0.0) + kEpsilon));
    }
    return {};
}

Result<void> CropReader::read(std::int64_t first, std::span<float> out) const
{
    if (!m_samples)
        return readFromFile(first, out);
    if (auto done = m_samples->read(first, out); !done)
        return inFile(done.error(), m_path);
    if (m_normalize)
        std::ranges::transform(out, out.begin(), [&](float x) { return (x - m_mean) * m_scale; });
    return {};
}

Result<void> CropReader::readFromFile(std::int64_t first, std::span<float> out) const
{
    auto file = SoundFile::open(m_path);
    if (!file)
        return file.error();
    auto decoder = MonoDecoder::create(*file);
    if (!decoder || !file->seekFrame(first))
        return Error{"cannot reach the middle of " + m_path.string()};
    while (!out.empty()) {
        const auto more = decoder->next();
        if (!more || !*more)
            return Error{m_path.string() + " is shorter than its header says"};
        if (!isAudio(decoder->interleaved()))
            return inFile(badSamples(), m_path);
        const auto taken = std::min(out.size(), decoder->samples().size());
        std::ranges::copy(decoder->samples().first(taken), out.begin());
        out = out.subspan(taken);
    }
    return {};
}

} // namespace phono
