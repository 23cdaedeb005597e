#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace phono {

/// MT19937 (Matsumoto and Nishimura 1998), seeded and drawn from as Python and NumPy do, so that
/// splits and orders are those of fairseq.
class MersenneTwister {
public:
    /// Python's random.Random(seed).
    static MersenneTwister python(std::uint64_t seed);
    /// NumPy's RandomState(seed). Seeds of more than 32 bits, which NumPy takes as arrays only,
    /// count as [low word, high word].
    static MersenneTwister numpy(std::uint64_t seed);

    std::uint32_t next();
    /// Python's random(): 53 bits, in [0, 1).
    double real();
    /// NumPy's legacy bounded integer: uniform in [0, largest].
    std::uint32_t upTo(std::uint32_t largest);
    /// NumPy's RandomState.shuffle.
    template <typename T>
    void shuffle(std::span<T> items)
    {
        for (std::size_t i = items.size(); i-- > 1;)
            std::swap(items[i], items[upTo(static_cast<std::uint32_t>(i))]);
    }

private:
    explicit MersenneTwister(std::uint32_t seed);
    explicit MersenneTwister(std::span<const std::uint32_t> key);
    void twist();

    static constexpr std::size_t kWords = 624;

    std::array<std::uint32_t, kWords> m_state = {};
    std::size_t m_used = kWords;
};

} // namespace phono
