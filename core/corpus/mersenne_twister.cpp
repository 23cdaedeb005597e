#include "core/corpus/mersenne_twister.h"

#include <algorithm>
#include <bit>

namespace phono {
namespace {

constexpr std::uint32_t low(std::uint64_t seed)
{
    return static_cast<std::uint32_t>(seed);
}

constexpr std::uint32_t high(std::uint64_t seed)
{
    return static_cast<std::uint32_t>(seed >> 32);
}

} // namespace

MersenneTwister MersenneTwister::python(std::uint64_t seed)
{
    const std::array key = {low(seed), high(seed)};
    return MersenneTwister(std::span(key).first(high(seed) ? 2 : 1));
}

MersenneTwister MersenneTwister::numpy(std::uint64_t seed)
{
    return high(seed) ? python(seed) : MersenneTwister(low(seed));
}

MersenneTwister::MersenneTwister(std::uint32_t seed)
{
    m_state[0] = seed;
    for (std::size_t i = 1; i < kWords; ++i) {
        const auto last = m_state[i - 1];
        m_state[i] = 1812433253U * (last ^ (last >> 30)) + static_cast<std::uint32_t>(i);
    }
}

MersenneTwister::MersenneTwister(std::span<const std::uint32_t> key)
    : MersenneTwister(19650218U)
{
    std::size_t i = 1;
    const auto mixed = [&](std::uint32_t factor) {
        const auto last = m_state[i - 1];
        return m_state[i] ^ ((last ^ (last >> 30)) * factor);
    };
    const auto advance = [&] {
        if (++i == kWords) {
            m_state[0] = m_state[kWords - 1];
            i = 1;
        }
    };
    for (std::size_t k = 0; k < std::max(kWords, key.size()); ++k) {
        const auto j = k % key.size();
        m_state[i] = mixed(1664525U) + key[j] + static_cast<std::uint32_t>(j);
        advance();
    }
    for (std::size_t k = 1; k < kWords; ++k) {
        m_state[i] = mixed(1566083941U) - static_cast<std::uint32_t>(i);
        advance();
    }
    m_state[0] = 0x80000000U;
}

void MersenneTwister::twist()
{
    constexpr std::size_t kShift = 397;
    for (std::size_t i = 0; i < kWords; ++i) {
        const auto word = (m_state[i] & 0x80000000U) | (m_state[(i + 1) % kWords] & 0x7fffffffU);
        m_state[i] = m_state[(i + kShift) % kWords] ^ (word >> 1) ^ (word & 1 ? 0x9908b0dfU : 0U);
    }
    m_used = 0;
}

std::uint32_t MersenneTwister::next()
{
    if (m_used == kWords)
        twist();
    auto word = m_state[m_used++];
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c5680U;
    word ^= (word << 15) & 0xefc60000U;
    return word ^ (word >> 18);
}

double MersenneTwister::real()
{
    const double upper = next() >> 5;
    const double lower = next() >> 6;
    return (upper * 67108864.0 + lower) / 9007199254740992.0;
}

std::uint32_t MersenneTwister::upTo(std::uint32_t largest)
{
    if (largest == 0)
        return 0;
    const auto mask = ~std::uint32_t(0) >> std::countl_zero(largest);
    for (;;) {
        if (const auto value = next() & mask; value <= largest)
            return value;
    }
}

} // namespace phono
