#include "core/audio/audio_report.h"

#include "core/audio/container_facts.h"
#include "core/audio/sound_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace phono {
namespace {

constexpr double kNotableOffset = 0.001; // full scale is 1
constexpr double kNotableShare = 0.1; // of the root mean square of the rest
constexpr double kNotablePeak = 2.0; // lossy codecs overshoot full scale by less
constexpr double kNotableSeconds = 0.01;
constexpr std::int64_t kNotableBytes = 16384; // more than tags behind the audio
constexpr int kManyChannels = 32;
constexpr std::int64_t kMpegSlack = 2304; // two frames of samples: delay and padding of the encoder

/// `digits` after the point, without trailing zeros, in every locale.
std::string number(double value, int digits)
{
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed, digits);
    std::string text(buffer.data(), end.ptr);
    if (text.find('.') != text.npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.'))
            text.pop_back();
    }
    return text;
}

std::string seconds(double value)
{
    return number(value, value < 10 ? 3 : 1) + " s";
}

std::string kilohertz(int rate)
{
    return number(rate / 1000.0, 3);
}

std::vector<std::string> notes(const AudioInfo& info)
{
    std::vector<std::string> notes;
    if (info.channels != 1)
        notes.push_back("mixed " + std::to_string(info.channels) + " → 1 channels");
    if (info.sampleRate != kModelRate)
        notes.push_back("resampled " + kilohertz(info.sampleRate) + " → " + kilohertz(kModelRate)
                        + " kHz");
    return notes;
}

/// Seconds the headers promise, if they promise any.
std::optional<double> declaredSeconds(const SoundFile& file, const ContainerFacts& facts,
                                      const AudioInfo& info)
{
    if (facts.audio) {
        // Bytes for seconds: right for every coding, as all of these have a constant rate.
        const auto present =
            std::min(facts.audio->bytes, file.bytes().bytes() - facts.audio->offset);
        if (present <= 0)
            return {};
        return info.seconds * static_cast<double>(facts.audio->bytes)
            / static_cast<double>(present);
    }
    const auto frames = file.declaredFrames();
    if (!frames || (file.isMpeg() && facts.lengthIsGuess))
        return {};
    const auto slack = file.isMpeg() ? kMpegSlack : 0;
    return static_cast<double>(std::max(*frames - slack, info.frames)) / info.sampleRate;
}

void warnOfUnreadBytes(const SoundFile& file, const ContainerFacts& facts, AudioInfo& info)
{
    const std::string where = " follow the end that the header gives; they were not read";
    if (facts.audio && facts.audio->bytes > 0) {
        const auto behind = info.seconds * static_cast<double>(facts.audio->unclaimed)
            / static_cast<double>(facts.audio->bytes);
        if (behind >= kNotableSeconds)
            info.warnings.push_back(std::to_string(facts.audio->unclaimed) + " bytes (as much as "
                                    + seconds(behind) + " of audio)" + where);
        return;
    }
    const auto unread = file.bytes().bytes() - file.bytes().position();
    if (!file.isMpeg() && file.declaredFrames() == info.frames && unread >= kNotableBytes)
        info.warnings.push_back(std::to_string(unread) + " bytes" + where);
}

void warnOfLength(const SoundFile& file, const ContainerFacts& facts, AudioInfo& info)
{
    const auto declared = declaredSeconds(file, facts, info);
    const auto& damage = file.decodingError();
    if (!damage.empty())
        info.warnings.push_back("damaged: decoding stopped after " + seconds(info.seconds)
                                + (declared ? " of " + seconds(*declared) : "") + " (" + damage
                                + ")");
    else if (declared && *declared - info.seconds >= kNotableSeconds)
        info.warnings.push_back("the file ends after " + seconds(info.seconds)
                                + " although its header says " + seconds(*declared));
    else if (facts.endMarkMissing)
        info.warnings.push_back("the file ends after " + seconds(info.seconds)
                                + " without the mark that ends an Ogg stream: it may be cut short");
    warnOfUnreadBytes(file, facts, info);
}

void warnOfLevels(const DecodedSignal& signal, AudioInfo& info)
{
    if (signal.peak == 0)
        info.warnings.push_back("every sample is zero: digital silence");
    if (signal.peak >= kNotablePeak)
        info.warnings.push_back("samples reach " + number(signal.peak, 1)
                                + " times full scale: is this file scaled to [-1, 1]?");
    else if (signal.clippedRuns > 0)
        info.warnings.push_back("clipped: " + std::to_string(signal.clippedRuns)
                                + (signal.clippedRuns == 1 ? " run" : " runs")
                                + " of 4 or more samples at full scale");
    const double alternating =
        std::sqrt(std::max(signal.rms * signal.rms - signal.mean * signal.mean, 0.0));
    if (std::abs(signal.mean) >= std::max(kNotableOffset, kNotableShare * alternating))
        info.warnings.push_back("a DC offset of " + number(signal.mean, 4)
                                + " of full scale: it changes z and c everywhere");
    if (info.channels > kManyChannels)
        info.warnings.push_back("has " + std::to_string(info.channels)
                                + " channels: is its header right?");
}

Error noSamplesError(const SoundFile& file, const ContainerFacts& facts)
{
    if (const auto& damage = file.decodingError(); !damage.empty())
        return Error{"no sample could be decoded (" + damage + "); the file is damaged."};
    if (facts.audio && facts.audio->bytes == 0 && facts.audio->unclaimed > 0)
        return Error{"its header says 0 samples, but " + std::to_string(facts.audio->unclaimed)
                     + " bytes follow: the program that recorded it did not finish it. Repair it, "
                       "for example with: sox --ignore-length IN OUT.wav"};
    if (file.declaredFrames().value_or(1) > 0 || (facts.audio && facts.audio->bytes > 0))
        return Error{"no sample could be decoded although its header promises some; the file is "
                     "damaged or cut short."};
    return Error{"it has no samples (" + file.formatName() + ")."};
}

} // namespace

AudioInfo outlineAudio(const std::filesystem::path& path, const SoundFile& file)
{
    AudioInfo info;
    info.path = path;
    info.format = file.formatName();
    info.sampleRate = file.sampleRate();
    info.channels = file.channels();
    info.stamp = file.bytes().stamp();
    return info;
}

Result<AudioInfo> describeAudio(const std::filesystem::path& path, const SoundFile& file,
                                const DecodedSignal& signal)
{
    const auto facts = inspectContainer(file.bytes());
    if (signal.frames == 0)
        return noSamplesError(file, facts);

    AudioInfo info = outlineAudio(path, file);
    info.frames = signal.frames;
    info.seconds = static_cast<double>(signal.frames) / info.sampleRate;
    info.dcOffset = signal.mean;
    info.peak = signal.peak;
    info.rms = signal.rms;
    info.clippedRuns = signal.clippedRuns;
    info.notes = notes(info);
    warnOfLength(file, facts, info);
    warnOfLevels(signal, info);
    return info;
}

Error badSampleError(const LevelMeter::BadSample& sample, int sampleRate)
{
    const std::string what = std::isnan(sample.value) ? "not a number (NaN)"
        : std::isinf(sample.value)                    ? "infinite"
                                   : number(sample.value, 0) + ", which is no audio";
    return Error{"sample " + std::to_string(sample.frame) + " ("
                 + seconds(static_cast<double>(sample.frame) / sampleRate) + ") of channel "
                 + std::to_string(sample.channel + 1) + " is " + what
                 + ". Repair the file, or write it again from its source."};
}

Error loadingError(const std::filesystem::path& path, const Error& error)
{
    return Error{"cannot load " + path.string() + ": " + error.message};
}

} // namespace phono
