#pragma once

#include "core/model/packed_conv.h"

namespace phono {

inline constexpr int kTileSide = 16; ///< rows of a tile; output channels of a tile of sums
inline constexpr int kTileDepth = 32; ///< input channels of a tile
inline constexpr int kTilePanel = 32; ///< output channels computed together: two tiles
inline constexpr int kTileSize = 512; ///< bf16 values of a tile

/// bf16 products on 16 x 16 tiles, as Intel's AMX has them: 32 rows by 32 output channels at a
/// time.
///
/// `Tiles` are the tile instructions, so that the walk can be tested on any processor:
///   Tiles()                          readies the calling thread; ~Tiles() releases it
///   loadSums<T>(p, step), storeSums<T>(p, step)   16 x 16 floats, rows `step` bytes apart
///   loadInput<T>(p, step)            16 rows of 32 bf16
///   loadWeights<T>(p)                16 rows of 16 pairs of bf16, 64 bytes apart
///   multiply<Sums, Input, Weights>() sums += input * weights
template <typename Tiles>
class TileWalk {
public:
    explicit TileWalk(const PackedConv<BFloat16>& conv)
        : m_conv(conv)
        , m_blocks(conv.inChannels / kTileDepth)
        , m_inStep(static_cast<std::size_t>(conv.stride) * conv.inPitch * sizeof(BFloat16))
        , m_outStep(conv.outPitch * sizeof(float))
    {
    }

    /// out += in * weights for rows [0, rows), rounded up to 16.
    void add(const BFloat16* in, int rows, float* out) const
    {
        const BFloat16* weights = m_conv.weights;
        for (int tap = 0; tap < m_conv.taps; ++tap, in += m_conv.inPitch)
            for (int panel = 0; panel < m_conv.panels; ++panel) {
                for (int row = 0; row < rows; row += 2 * kTileSide)
                    addBlock(in + rowsIn(row), weights,
                             out + static_cast<std::size_t>(row) * m_conv.outPitch
                                 + static_cast<std::size_t>(panel) * kTilePanel,
                             row + kTileSide < rows);
                weights += static_cast<std::size_t>(m_blocks) * 2 * kTileSize;
            }
    }

private:
    /// From the input of one output row to that of the `rows`th after it.
    std::size_t rowsIn(int rows) const
    {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(m_conv.stride)
            * m_conv.inPitch;
    }
    /// One tap for 32 output channels and 32 rows, or 16 rows when not `both`.
    void addBlock(const BFloat16* in, const BFloat16* weights, float* out, bool both) const
    {
        const auto* lowerIn = in + rowsIn(kTileSide);
        float* lowerOut = out + kTileSide * m_conv.outPitch;
        m_tiles.template loadSums<0>(out, m_outStep);
        m_tiles.template loadSums<1>(out + 16, m_outStep);
        if (both) {
            m_tiles.template loadSums<2>(lowerOut, m_outStep);
            m_tiles.template loadSums<3>(lowerOut + 16, m_outStep);
        }
        for (int block = 0; block < m_blocks; ++block, weights += std::ptrdiff_t(2) * kTileSize) {
            const auto at = static_cast<std::size_t>(block) * kTileDepth;
            m_tiles.template loadInput<4>(in + at, m_inStep);
            m_tiles.template loadWeights<6>(weights);
            m_tiles.template loadWeights<7>(weights + kTileSize);
            m_tiles.template multiply<0, 4, 6>();
            m_tiles.template multiply<1, 4, 7>();
            if (both) {
                m_tiles.template loadInput<5>(lowerIn + at, m_inStep);
                m_tiles.template multiply<2, 5, 6>();
                m_tiles.template multiply<3, 5, 7>();
            }
        }
        m_tiles.template storeSums<0>(out, m_outStep);
        m_tiles.template storeSums<1>(out + 16, m_outStep);
        if (both) {
            m_tiles.template storeSums<2>(lowerOut, m_outStep);
            m_tiles.template storeSums<3>(lowerOut + 16, m_outStep);
        }
    }

    const PackedConv<BFloat16>& m_conv;
    int m_blocks; // of kTileDepth input channels
    std::size_t m_inStep; // bytes
    std::size_t m_outStep; // bytes
    Tiles m_tiles;
};

} // namespace phono
