#include "core/audio/sound_file.h"

#include "core/audio/foreign_format.h"
#include "core/audio/header_bytes.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace phono {
namespace {

constexpr int kLowestRate = 1000; // Hz
constexpr int kHighestRate = 4000000;

struct Name {
    int format;
    const char* name;
};

constexpr Name kContainers[] = {
    {SF_FORMAT_WAV, "WAV"},          {SF_FORMAT_WAVEX, "WAV (extensible)"},
    {SF_FORMAT_AIFF, "AIFF"},        {SF_FORMAT_AU, "AU"},
    {SF_FORMAT_NIST, "NIST SPHERE"}, {SF_FORMAT_W64, "W64"},
    {SF_FORMAT_RF64, "RF64"},        {SF_FORMAT_CAF, "CAF"},
    {SF_FORMAT_FLAC, "FLAC"},        {SF_FORMAT_OGG, "Ogg"},
    {SF_FORMAT_MPEG, "MPEG"},        {SF_FORMAT_VOC, "VOC"},
};

constexpr Name kCodings[] = {
    {SF_FORMAT_PCM_S8, "8 bit PCM"},    {SF_FORMAT_PCM_U8, "unsigned 8 bit PCM"},
    {SF_FORMAT_PCM_16, "16 bit PCM"},   {SF_FORMAT_PCM_24, "24 bit PCM"},
    {SF_FORMAT_PCM_32, "32 bit PCM"},   {SF_FORMAT_FLOAT, "32 bit float"},
    {SF_FORMAT_DOUBLE, "64 bit float"}, {SF_FORMAT_ULAW, "mu-law"},
    {SF_FORMAT_ALAW, "A-law"},          {SF_FORMAT_VORBIS, "Vorbis"},
    {SF_FORMAT_OPUS, "Opus"},           {SF_FORMAT_MPEG_LAYER_III, "MP3"},
};

template <std::size_t n>
std::string nameOf(int format, const Name (&names)[n])
{
    const auto* known = std::ranges::find(names, format, &Name::format);
    if (known != std::end(names))
        return known->name;
    SF_FORMAT_INFO info = {};
    info.format = format;
    const bool told =
        sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 && info.name;
    return told ? info.name : "unknown format";
}

FileReader& reader(void* file)
{
    return *static_cast<FileReader*>(file);
}

sf_count_t length(void* file)
{
    return reader(file).bytes();
}

sf_count_t seek(sf_count_t offset, int whence, void* file)
{
    auto& bytes = reader(file);
    const auto base = whence == SEEK_SET ? 0
        : whence == SEEK_CUR             ? bytes.position()
                                         : bytes.bytes();
    sf_count_t target = 0;
    if (!__builtin_add_overflow(base, offset, &target) && target >= 0)
        bytes.seek(target);
    return bytes.position();
}

sf_count_t read(void* into, sf_count_t count, void* file)
{
    return count > 0
        ? static_cast<sf_count_t>(reader(file).read(into, static_cast<std::size_t>(count)))
        : 0;
}

sf_count_t write(const void*, sf_count_t, void*)
{
    return 0;
}

sf_count_t tell(void* file)
{
    return reader(file).position();
}

/// libsndfile's words, as a part of a sentence.
std::string reasonOf(SNDFILE* file)
{
    std::string_view reason = sf_strerror(file);
    constexpr std::string_view kPrefix = "Error : ";
    if (reason.starts_with(kPrefix))
        reason.remove_prefix(kPrefix.size());
    if (reason.ends_with('.'))
        reason.remove_suffix(1);
    return std::string(reason);
}

/// libsndfile keeps the reason for a failed opening in a global variable: it can be trusted only
/// while nobody else opens a file.
std::shared_mutex openingMutex;

SNDFILE* openVirtual(FileReader& bytes, SF_INFO& info)
{
    bytes.seek(0);
    info = {};
    // Without its name, so that libsndfile guesses nothing from the extension.
    SF_VIRTUAL_IO access = {length, seek, read, write, tell};
    return sf_open_virtual(&access, SFM_READ, &info, &bytes);
}

/// Why a file that could not be opened cannot be opened.
std::string reasonFor(FileReader& bytes)
{
    const std::unique_lock alone(openingMutex);
    SF_INFO info = {};
    if (SNDFILE* file = openVirtual(bytes, info)) {
        sf_close(file);
        return "it changed while it was opened";
    }
    return describeUnreadable(bytesAt(bytes, 0, 4096), reasonOf(nullptr));
}

} // namespace

Result<SoundFile> SoundFile::open(const std::filesystem::path& path)
{
    const auto refused = [&](const std::string& why) {
        return Error{"cannot open " + path.string() + ": " + why + "."};
    };
    auto bytes = FileReader::open(path);
    if (!bytes)
        return refused(bytes.error().message);
    if (bytes->bytes() == 0)
        return refused("it is empty (0 bytes)");

    SoundFile file(std::move(*bytes));
    {
        const std::shared_lock together(openingMutex);
        file.m_file.reset(openVirtual(*file.m_bytes, file.m_info));
    }
    if (!file.m_file)
        return refused(reasonFor(*file.m_bytes));
    if (file.sampleRate() < kLowestRate || file.sampleRate() > kHighestRate)
        return refused("its header claims a sample rate of " + std::to_string(file.sampleRate())
                       + " Hz, but only 1 kHz to 4 MHz can be resampled");
    return file;
}

std::optional<std::int64_t> SoundFile::declaredFrames() const
{
    if (m_info.frames < 0 || m_info.frames == SF_COUNT_MAX)
        return {};
    return m_info.frames;
}

std::string SoundFile::formatName() const
{
    return nameOf(m_info.format & SF_FORMAT_TYPEMASK, kContainers) + ", "
        + nameOf(m_info.format & SF_FORMAT_SUBMASK, kCodings);
}

float SoundFile::fullScale() const
{
    switch (m_info.format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return 127.0f / 128;
    case SF_FORMAT_ULAW:
        return 32124.0f / 32768; // the largest value of the code
    case SF_FORMAT_ALAW:
        return 32256.0f / 32768;
    default:
        return 32767.0f / 32768;
    }
}

std::size_t SoundFile::readFrames(std::span<float> out)
{
    const auto frames = static_cast<sf_count_t>(out.size()) / channels();
    const auto got = sf_readf_float(m_file.get(), out.data(), frames);
    if (got < frames && m_decodingError.empty() && sf_error(m_file.get()) != SF_ERR_NO_ERROR)
        m_decodingError = reasonOf(m_file.get()); // the next call would forget it
    return static_cast<std::size_t>(std::max<sf_count_t>(got, 0));
}

bool SoundFile::seeksCheaply() const
{
    const int container = m_info.format & SF_FORMAT_TYPEMASK;
    if (!m_info.seekable || container == SF_FORMAT_OGG || container == SF_FORMAT_MPEG)
        return false;
    switch (m_info.format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_PCM_16:
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return true;
    default:
        return false;
    }
}

bool SoundFile::seekFrame(std::int64_t frame)
{
    return sf_seek(m_file.get(), frame, SEEK_SET) == frame;
}

double SoundFile::fractionRead() const
{
    return std::clamp(
        static_cast<double>(m_bytes->position()) / static_cast<double>(m_bytes->bytes()), 0.0, 1.0);
}

} // namespace phono
