#pragma once

#include "core/model/bfloat16.h"
#include "core/model/tile_walk.h"

#include <cstring>

namespace phono {

/// AMX's tile instructions in plain C++, so that the walk over tiles is tested on any processor.
class EmulatedTiles {
public:
    template <int kTile>
    void loadSums(const float* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void storeSums(float* to, std::size_t step) const
    {
        for (std::size_t row = 0; row < 16; ++row)
            std::memcpy(reinterpret_cast<char*>(to) + row * step, m_tiles[kTile][row], 64);
    }
    template <int kTile>
    void loadInput(const BFloat16* from, std::size_t step) const
    {
        load<kTile>(from, step);
    }
    template <int kTile>
    void loadWeights(const BFloat16* from) const
    {
        load<kTile>(from, 64);
    }
    template <int kSums, int kInput, int kWeights>
    void multiply() const
    {
        for (int row = 0; row < 16; ++row)
            for (int column = 0; column < 16; ++column) {
                float sum = at<float>(kSums, row, column);
                for (int pair = 0; pair < 16; ++pair)
                    for (int half = 0; half < 2; ++half)
                        sum += toFloat(at<BFloat16>(kInput, row, 2 * pair + half))
                            * toFloat(at<BFloat16>(kWeights, pair, 2 * column + half));
                std::memcpy(m_tiles[kSums][row] + 4 * column, &sum, 4);
            }
    }

private:
    template <int kTile>
    void load(const void* from, std::size_t step) const
    {
        for (std::size_t row = 0; row < 16; ++row)
            std::memcpy(m_tiles[kTile][row], static_cast<const char*>(from) + row * step, 64);
    }
    template <typename T>
    T at(int tile, int row, int column) const
    {
        T value;
        std::memcpy(&value, m_tiles[tile][row] + sizeof(T) * static_cast<std::size_t>(column),
                    sizeof(T));
        return value;
    }
    mutable char m_tiles[8][16][64] = {};
};

inline void addProductsEmulated(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows,
                                float* out)
{
    TileWalk<EmulatedTiles>(conv).add(in, rows, out);
}

} // namespace phono
