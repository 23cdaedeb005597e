#include "core/corpus/crop_random.h"

#include <limits>

namespace phono {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t scrambled(std::uint64_t bits)
{
    bits += 0x9e3779b97f4a7c15U;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31);
}

} // namespace

std::int64_t drawCropStart(const BatchSeed& batch, std::size_t position, std::int64_t choices)
{
    auto bits = scrambled(batch.seed);
    bits = scrambled(bits ^ static_cast<std::uint64_t>(batch.epoch));
    bits = scrambled(bits ^ static_cast<std::uint64_t>(batch.place));
    bits = scrambled(bits ^ position);
    const auto count = static_cast<std::uint64_t>(choices);
    const auto whole = std::numeric_limits<std::uint64_t>::max() / count * count;
    while (bits >= whole)
        bits = scrambled(bits);
    return static_cast<std::int64_t>(bits % count);
}

} // namespace phono
