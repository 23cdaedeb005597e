#include "app/recording/growing_audio.h"

#include "core/audio/audio_decoder.h"

#include <algorithm>
#include <utility>

namespace phono {
namespace {

/// What the window opens in memory: 16 h. Longer recordings are for the command line.
constexpr std::int64_t kMostSamples = std::int64_t(16) * 3600 * kModelRate;

Error tooLongError(const std::filesystem::path& path)
{
    return Error{path.string()
                 + " is longer than 16 h, which is the most that the window shows. Cut the "
                   "recording, or use phonoscope-cli extract, which has no limit."};
}

/// Room for what a header promises, if a file of this size can keep it. Samples without room come
/// as well, but have to be moved.
GrowingArray<float> roomFor(const AudioInfo& outline)
{
    constexpr double kAnyFile = double(1 << 26);
    constexpr double kPerByte = 4; // compressed well
    const double most = std::max(kAnyFile, kPerByte * double(outline.stamp.bytes));
    GrowingArray<float> samples;
    samples.reserve(
        std::size_t(std::min({outline.seconds * kModelRate + 1, most, double(kMostSamples)})));
    return samples;
}

} // namespace

Result<GrowingAudio> readAudio(const std::filesystem::path& path,
                               const std::function<void(GrowingAudio)>& show, Throttle looks,
                               const Progress& progress)
{
    auto decoder = AudioDecoder::open(path);
    if (!decoder)
        return decoder.error();
    GrowingArray<float> samples = roomFor(decoder->outline());
    PeakPyramid peaks;
    looks.due(); // the first one is at once
    for (;;) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto block = decoder->next();
        if (!block)
            return block.error();
        if (block->empty())
            break;
        samples.append(*block);
        if (std::ssize(samples.values()) > kMostSamples)
            return tooLongError(path);
        progress("decoding", decoder->fraction());
        if (looks.due()) {
            peaks.extend(Waveform(samples));
            show({decoder->outline(), peaks});
        }
    }
    auto info = decoder->info();
    if (!info)
        return info.error();
    peaks.extend(Waveform(samples));
    return GrowingAudio{std::move(*info), std::move(peaks)};
}

} // namespace phono
