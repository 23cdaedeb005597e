#include "core/audio/audio_file.h"

#include "core/audio/audio_decoder.h"
#include "core/audio/audio_report.h"
#include "core/audio/sample_collector.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr double kDecodingShare = 0.9; // of the whole job; the rest is hashing

std::int64_t expectedSamples(const AudioInfo& outline)
{
    constexpr double kMost = 1e12;
    return static_cast<std::int64_t>(std::min(std::ceil(outline.seconds * kModelRate), kMost));
}

} // namespace

Result<Recording> loadAudio(const std::filesystem::path& path, const LoadOptions& options,
                            const Progress& progress)
{
    auto decoder = AudioDecoder::open(path);
    if (!decoder)
        return decoder.error();
    SampleCollector collector(options.memoryLimit, expectedSamples(decoder->outline()));
    for (;;) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto block = decoder->next();
        if (!block)
            return block.error();
        if (block->empty())
            break;
        if (auto kept = collector.append(*block); !kept)
            return loadingError(path, kept.error());
        progress("decoding", decoder->fraction() * kDecodingShare);
    }
    const auto info = decoder->info();
    if (!info)
        return info.error();
    auto samples = collector.finish();
    if (!samples)
        return loadingError(path, samples.error());

    Recording recording{*info, std::move(*samples)};
    const Progress hashing{.report =
                               [&](std::string_view stage, double fraction) {
                                   progress(stage,
                                            kDecodingShare + (1 - kDecodingShare) * fraction);
                               },
                           .stop = progress.stop};
    auto hash = hashAudio(recording.info, hashing);
    if (!hash)
        return hash.error();
    recording.info.sha256 = std::move(*hash);
    return recording;
}

Result<std::string> hashAudio(const AudioInfo& info, const Progress& progress)
{
    return sha256OfUnchangedFile(info.path, info.stamp, progress);
}

} // namespace phono
