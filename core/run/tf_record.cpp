#include "core/run/tf_record.h"

#include <array>
#include <bit>

namespace phono {
namespace {

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
    std::array<std::uint32_t, 256> table = {};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0);
        table[i] = value;
    }
    return table;
}();

template <typename Whole>
void appendLittleEndian(std::string& to, Whole value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        to += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint32_t masked(std::uint32_t crc)
{
    return std::rotr(crc, 15) + 0xA282EAD8U;
}

} // namespace

std::uint32_t crc32c(std::string_view bytes)
{
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes)
        crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    return ~crc;
}

void appendTfRecord(std::string& to, std::string_view data)
{
    const auto begin = to.size();
    appendLittleEndian(to, std::uint64_t(data.size()));
    appendLittleEndian(to, masked(crc32c(std::string_view(to).substr(begin))));
    to += data;
    appendLittleEndian(to, masked(crc32c(data)));
}

void ProtoMessage::addVarint(int field, std::uint64_t value)
{
    appendKey(field, 0);
    appendVarint(value);
}

void ProtoMessage::addDouble(int field, double value)
{
    appendKey(field, 1);
    appendLittleEndian(m_bytes, std::bit_cast<std::uint64_t>(value));
}

void ProtoMessage::addFloat(int field, float value)
{
    appendKey(field, 5);
    appendLittleEndian(m_bytes, std::bit_cast<std::uint32_t>(value));
}

void ProtoMessage::addBytes(int field, std::string_view value)
{
    appendKey(field, 2);
    appendVarint(value.size());
    m_bytes += value;
}

void ProtoMessage::appendVarint(std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m_bytes += static_cast<char>(value | 0x80);
    m_bytes += static_cast<char>(value);
}

void ProtoMessage::appendKey(int field, int wireType)
{
    appendVarint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wireType));
}

} // namespace phono
