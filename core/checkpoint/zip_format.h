#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace phono::zip {

inline constexpr std::uint32_t kLocalSignature = 0x04034b50;
inline constexpr std::uint32_t kEntrySignature = 0x02014b50;
inline constexpr std::uint32_t kEndSignature = 0x06054b50;
inline constexpr std::uint32_t kEnd64Signature = 0x06064b50;
inline constexpr std::uint32_t kLocator64Signature = 0x07064b50;

inline constexpr std::size_t kLocalSize = 30;
inline constexpr std::size_t kEntrySize = 46;
inline constexpr std::size_t kEndSize = 22;
inline constexpr std::size_t kEnd64Size = 56;
inline constexpr std::size_t kLocator64Size = 20;

/// In a 16 or 32 bit field: the number stands in a zip64 structure.
inline constexpr std::uint16_t kIn64Short = 0xffff;
inline constexpr std::uint32_t kIn64 = 0xffffffff;
inline constexpr std::uint16_t kExtra64 = 1;

/// The little-endian number at `offset`, which the caller knows to lie in `bytes`.
template <typename T>
T field(std::span<const std::byte> bytes, std::size_t offset)
{
    T value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

} // namespace phono::zip
