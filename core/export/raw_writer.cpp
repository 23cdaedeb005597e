#include "core/export/raw_writer.h"

#include "core/base/sample_source.h"

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace phono {
namespace {

static_assert(std::endian::native == std::endian::little,
              "values are written as they lie in memory");

std::string littleEndian(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

std::size_t padding(std::size_t size, std::size_t multiple)
{
    return (multiple - size % multiple) % multiple;
}

/// Codes and other whole numbers, which features carry as floats.
std::vector<std::int32_t> toIntegers(std::span<const float> values)
{
    std::vector<std::int32_t> integers;
    integers.reserve(values.size());
    for (const float value : values)
        integers.push_back(static_cast<std::int32_t>(std::lround(value)));
    return integers;
}

} // namespace

RawWriter::RawWriter(std::filesystem::path path, AtomicFile file, Header header)
    : FeatureWriter(std::move(path), std::move(file))
    , m_header(header)
{
}

Result<void> RawWriter::writeHeader()
{
    const auto header = m_header(info(), frames());
    if (!header)
        return header.error();
    return file().write(header->data(), header->size());
}

Result<void> RawWriter::writeRows(std::span<const float> rows)
{
    if (!info().integers)
        return file().write(rows.data(), rows.size_bytes());
    const auto integers = toIntegers(rows);
    return file().write(integers.data(), integers.size() * sizeof(integers[0]));
}

Result<std::string> npyHeader(const FeatureInfo& info, std::int64_t frames)
{
    constexpr std::size_t kPrefix = 10; // magic, version and the length of the dictionary
    constexpr std::size_t kAlignment = 64;
    std::string dictionary = std::string("{'descr': '") + (info.integers ? "<i4" : "<f4")
        + "', 'fortran_order': False, 'shape': (" + std::to_string(frames) + ", "
        + std::to_string(info.channels) + "), }";
    dictionary.append(padding(kPrefix + dictionary.size() + 1, kAlignment), ' ');
    dictionary += '\n';
    return std::string("\x93NUMPY\x01\x00", 8) + littleEndian(dictionary.size(), 2) + dictionary;
}

Result<std::string> safetensorsHeader(const FeatureInfo& info, std::int64_t frames)
{
    const auto bytes = frames * info.channels * static_cast<std::int64_t>(sizeof(float));
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"writer", "phonoscope"},
                              {"feature", info.name},
                              {"hop_samples", std::to_string(info.hop)},
                              {"receptive_field_samples", std::to_string(info.receptiveField)},
                              {"sample_rate_hz", std::to_string(kModelRate)}};
    header[info.name] = {{"dtype", info.integers ? "I32" : "F32"},
                         {"shape", {frames, info.channels}},
                         {"data_offsets", {0, bytes}}};
    std::string text = header.dump();
    text.append(padding(text.size(), 8), ' ');
    return littleEndian(text.size(), 8) + text;
}

} // namespace phono
