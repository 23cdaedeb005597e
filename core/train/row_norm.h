#pragma once

#include "core/model/moments.h"
#include "core/train/row_buffer.h"
#include "core/train/row_conv.h"
#include "core/train/row_loops.h"

#include <cstdint>
#include <vector>

namespace phono {

/// Group norm with one group and a ReLU over stored rows, forward and backward (SPEC 1.2).
///
/// Statistics and sums are taken tile by tile and merged in order, so they are the same for every
/// number of threads.
class RowNorm {
public:
    /// Of `channels` real channels; weight and bias are null without affine weights.
    void prepare(std::int64_t items, std::int64_t tiles, int channels, const float* weight,
                 const float* bias);

    /// Moments of the values of one tile; different tiles may be set by different threads.
    Moments& tileMoments(std::int64_t tile)
    {
        return m_tileMoments[static_cast<std::size_t>(tile)];
    }
    void mergeMoments(const std::vector<RowTile>& tiles);
    void setMoments(std::int64_t item, const Moments& moments);

    /// The affine map of one item's rows, of whole width.
    NormRow row(std::int64_t item) const;

    /// Where a tile's sums go, set to 0 first.
    NormSums tileSums(std::int64_t tile);
    struct ParameterGradients {
        float* weight = nullptr; ///< null: not wanted
        float* bias = nullptr;
        float* convBias = nullptr;
    };
    /// Merges the tiles' sums into factors for gradient(), and adds to the parameters' gradients.
    void mergeSums(const std::vector<RowTile>& tiles, std::int64_t rows,
                   const ParameterGradients& gradients);
    NormGradient gradient(std::int64_t item) const;

    double mean(std::int64_t item) const { return m_items[static_cast<std::size_t>(item)].mean; }
    double inverseDeviation(std::int64_t item) const
    {
        return m_items[static_cast<std::size_t>(item)].inverse;
    }

private:
    struct Item {
        double mean = 0;
        double inverse = 0; // of the standard deviation
        std::vector<float> scale;
        std::vector<float> shift;
        std::vector<float> gradientFactor;
        std::vector<float> xFactor;
        std::vector<float> constant;
    };
    void mergeItem(std::int64_t item, const std::vector<RowTile>& tiles, std::int64_t rows,
                   const ParameterGradients& gradients);

    std::size_t m_channels = 0;
    std::size_t m_width = 0;
    std::vector<float> m_weight; // of whole width, 0 beyond the real channels
    std::vector<float> m_bias;
    std::vector<Item> m_items;
    std::vector<Moments> m_tileMoments;
    std::vector<float> m_tileSums; // [tile][3][width]
};

} // namespace phono
