#pragma once

#include <bit>
#include <cstdint>

namespace phono {

/// The upper half of a float, rounded to nearest even.
using BFloat16 = std::uint16_t;

inline BFloat16 toBFloat16(float value)
{
    auto bits = std::bit_cast<std::uint32_t>(value);
    bits += 0x7fff + ((bits >> 16) & 1);
    return static_cast<BFloat16>(bits >> 16);
}

inline float toFloat(BFloat16 value)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

} // namespace phono
