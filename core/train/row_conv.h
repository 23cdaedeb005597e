#pragma once

#include "core/train/product_kernel.h"
#include "core/train/row_buffer.h"

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

/// A stretch of rows of one item.
struct RowTile {
    std::int64_t item = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
};

/// Tiles of about 56 rows, whole units of the kernel's but for the last of an item.
std::vector<RowTile> makeTiles(std::int64_t items, std::int64_t rows, int rowUnit);

/// The rows that a convolution reads; row 0 meets the first tap of its first output row.
template <typename Number>
struct RowSource {
    /// Where rows [first, first + count) of `item` lie; thread-safe for different threads.
    std::function<const Number*(std::int64_t item, std::int64_t first, std::int64_t count,
                                int thread)>
        rows;
    std::size_t pitch = 0;
    std::int64_t count = 0; ///< of rows of an item
};

/// Output rows of one tile from `in`, its first input row. `bias` has the width of a row; `out` has
/// room for a whole unit of rows.
template <typename Number>
void convolveTile(const ProductKernel<Number>& kernel, const PackedWeights<Number>& weights,
                  const RowConv& conv, const Number* in, std::size_t inPitch, int rows,
                  const float* bias, float* out, std::size_t outPitch);

/// The gradient of the input rows [stride * firstFrame, stride * (firstFrame + frames)): adds to
/// `out`, or sets it. `weights` are packed with Depth::Outer. `gradient` has zeros before its first
/// row, for as many frames as the taps reach, and behind its last.
template <typename Number>
void inputGradientTile(const ProductKernel<Number>& kernel, const PackedWeights<Number>& weights,
                       const RowConv& conv, const RowBuffer<Number>& gradient, std::int64_t item,
                       std::int64_t firstFrame, int frames, bool add, float* out,
                       std::size_t outPitch);

/// Frames whose gradient reaches beyond one input row before it.
inline std::int64_t tapReach(const RowConv& conv)
{
    return (conv.taps - 1) / conv.stride;
}

} // namespace phono
