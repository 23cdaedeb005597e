#include "tests/support/sounds.h"

#include <sndfile.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>
#include <random>
#include <sstream>
#include <stdexcept>

namespace phono::test {
namespace {

struct Close {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

template <typename T>
void write(const std::filesystem::path& path, int format, int rate, int channels,
           const std::vector<T>& interleaved, sf_count_t (*put)(SNDFILE*, const T*, sf_count_t))
{
    SF_INFO info = {};
    info.format = format;
    info.samplerate = rate;
    info.channels = channels;
    const std::unique_ptr<SNDFILE, Close> file(sf_open(path.c_str(), SFM_WRITE, &info));
    const auto count = static_cast<sf_count_t>(interleaved.size());
    if (!file || put(file.get(), interleaved.data(), count) != count)
        throw std::runtime_error(path.string() + ": " + sf_strerror(file.get()));
}

} // namespace

std::vector<std::int16_t> noise(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<std::int16_t> values(count);
    for (auto& value : values)
        value = static_cast<std::int16_t>(random() >> 16);
    return values;
}

std::vector<float> sine(double hertz, double rate, double seconds, double amplitude)
{
    std::vector<float> samples(static_cast<std::size_t>(rate * seconds));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<float>(
            amplitude * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
    return samples;
}

std::vector<float> asFloats(const std::vector<std::int16_t>& values)
{
    std::vector<float> samples;
    for (const auto value : values)
        samples.push_back(static_cast<float>(value) / 32768);
    return samples;
}

void writeSound(const std::filesystem::path& path, int format, int rate, int channels,
                const std::vector<float>& interleaved)
{
    write(path, format, rate, channels, interleaved, sf_write_float);
}

void writeSound(const std::filesystem::path& path, int format, int rate, int channels,
                const std::vector<std::int16_t>& interleaved)
{
    write(path, format, rate, channels, interleaved, sf_write_short);
}

std::string readBytes(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file)
        throw std::runtime_error("cannot read " + path.string());
    return bytes.str();
}

void writeBytes(const std::filesystem::path& path, std::string_view bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush())
        throw std::runtime_error("cannot write " + path.string());
}

std::string littleEndian(std::uint64_t number, int size)
{
    std::string bytes;
    for (int i = 0; i < size; ++i)
        bytes += static_cast<char>(number >> 8 * i);
    return bytes;
}

std::string bigEndian(std::uint64_t number, int size)
{
    const auto reversed = littleEndian(number, size);
    return {reversed.rbegin(), reversed.rend()};
}

std::string wavBytes(std::string_view formatChunk, std::uint32_t dataBytes, std::string_view data)
{
    std::string body = "WAVEfmt " + littleEndian(formatChunk.size(), 4) + std::string(formatChunk)
        + "data" + littleEndian(dataBytes, 4) + std::string(data);
    return "RIFF" + littleEndian(body.size(), 4) + body;
}

std::string wavFormat(int code, int channels, std::uint32_t rate, int bits)
{
    const auto frame = static_cast<std::uint64_t>(channels) * static_cast<std::uint64_t>(bits / 8);
    return littleEndian(static_cast<std::uint64_t>(code), 2)
        + littleEndian(static_cast<std::uint64_t>(channels), 2) + littleEndian(rate, 4)
        + littleEndian(rate * frame, 4) + littleEndian(frame, 2)
        + littleEndian(static_cast<std::uint64_t>(bits), 2);
}

} // namespace phono::test
