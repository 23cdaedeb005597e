#pragma once

#include "core/train/product_kernel.h"
#include "core/train/row_buffer.h"
#include "core/train/tap_tree.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace phono {

/// A convolution over rows, as its products need it.
struct RowConv {
    int inChannels = 0;
    int outChannels = 0;
    int taps = 1;
    int stride = 1;
};

/// Frames whose gradient reaches beyond one input row before it.
inline int tapReach(const RowConv& conv)
{
    return (conv.taps - 1) / conv.stride;
}

/// A stretch of rows of one item.
struct RowTile {
    std::int64_t item = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
};

/// Tiles of about 110 rows, a multiple of kPairedRows units of the kernel's but for the last of an
/// item.
std::vector<RowTile> makeTiles(std::int64_t items, std::int64_t rows, int rowUnit);
/// Rows behind an item's last that must be there to be read and written by products of tiles.
inline std::int64_t tileSlack(int rowUnit)
{
    return kPairedRows * static_cast<std::int64_t>(rowUnit);
}

/// The rows that a convolution reads; row 0 meets the first tap of its first output row.
template <typename Number>
struct RowSource {
    /// Where rows [first, first + count) of `item` lie; thread-safe for different threads. Behind
    /// an item's last row are tileSlack() * stride that can be read, the first kPairedRows * stride
    /// of them zero.
    std::function<const Number*(std::int64_t item, std::int64_t first, std::int64_t count,
                                int thread)>
        rows;
    std::size_t pitch = 0;
    std::int64_t count = 0; ///< of rows of an item
};

/// Buffers of one thread.
template <typename Number>
struct ConvScratch {
    struct Level {
        AlignedBuffer<Number> even; // differences
        AlignedBuffer<Number> odd;
        AlignedBuffer<float> sums;
    };
    Level levels[kMostPairings];
};

/// A convolution's weights packed for one direction.
template <typename Number>
class PackedConvolution {
public:
    enum class Direction { Forward, Backward };
    void pack(const ProductKernel<Number>& kernel, const TapWeights& weights, const RowConv& conv,
              Direction direction, int threads);

    /// Output rows of one tile from `in`, its first input row. `bias` has the width of a row.
    void forward(const Number* in, std::size_t inPitch, int rows, const float* bias, float* out,
                 std::size_t outPitch, ConvScratch<Number>& scratch) const;
    /// The gradient of input rows [stride * firstFrame, stride * (firstFrame + frames)): adds to
    /// `out`, or sets it. `gradient` has zeros before its first row, for as many frames as the taps
    /// reach, and behind its last, for kPairedRows frames more than input rows need.
    void backward(const RowBuffer<Number>& gradient, std::int64_t item, std::int64_t firstFrame,
                  int frames, bool add, float* out, std::size_t outPitch,
                  ConvScratch<Number>& scratch) const;

private:
    struct Rows {
        const Number* in = nullptr;
        std::size_t inPitch = 0;
        int count = 0;
        float* out = nullptr;
        std::size_t outPitch = 0;
    };
    void apply(const TapTree& tree, const Rows& rows, const float* start,
               ConvScratch<Number>& scratch, int level) const;
    void applyParts(const TapTree& tree, const Rows& rows, const float* start,
                    ConvScratch<Number>& scratch, int level) const;

    ProductKernel<Number> m_kernel;
    RowConv m_conv;
    int m_depthChannels = 0;
    std::size_t m_columns = 0; // width of an output row
    std::vector<TapTree> m_phases;
    PackedWeights<Number> m_weights;
    std::vector<float> m_zeros;
};

} // namespace phono
