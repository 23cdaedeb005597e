#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace phono::test {

/// `count` whole numbers of 16 bits from a fixed noise, different for every seed.
std::vector<std::int16_t> noise(std::size_t count, unsigned seed = 1);

/// A sine of `hertz` at `rate`, of `seconds`.
std::vector<float> sine(double hertz, double rate, double seconds, double amplitude = 0.5);

/// `value` for each sample, divided by 32768.
std::vector<float> asFloats(const std::vector<std::int16_t>& values);

/// Writes interleaved samples by libsndfile; `format` is SF_FORMAT_WAV | SF_FORMAT_PCM_16 and so
/// on. Throws std::runtime_error when that fails.
void writeSound(const std::filesystem::path& path, int format, int rate, int channels,
                const std::vector<float>& interleaved);
void writeSound(const std::filesystem::path& path, int format, int rate, int channels,
                const std::vector<std::int16_t>& interleaved);

std::string readBytes(const std::filesystem::path& path);
void writeBytes(const std::filesystem::path& path, std::string_view bytes);

/// A number of `size` bytes, little end first, as most headers have it.
std::string littleEndian(std::uint64_t number, int size);
std::string bigEndian(std::uint64_t number, int size);

/// A WAV file's bytes from its parts: the content of the "fmt " chunk, the declared size of the
/// data chunk, and what follows the data chunk's header.
std::string wavBytes(std::string_view formatChunk, std::uint32_t dataBytes, std::string_view data);
/// The content of a "fmt " chunk.
std::string wavFormat(int code, int channels, std::uint32_t rate, int bits);

} // namespace phono::test
