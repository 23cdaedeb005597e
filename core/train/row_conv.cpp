#include "core/train/row_conv.h"

#include <algorithm>

namespace phono {

std::vector<RowTile> makeTiles(std::int64_t items, std::int64_t rows, int rowUnit)
{
    constexpr int kRows = 56;
    const std::int64_t size = std::max(1, kRows / rowUnit) * rowUnit;
    std::vector<RowTile> tiles;
    for (std::int64_t item = 0; item < items; ++item)
        for (std::int64_t first = 0; first < rows; first += size)
            tiles.push_back({item, first, std::min(size, rows - first)});
    return tiles;
}

template <typename Number>
void convolveTile(const ProductKernel<Number>& kernel, const PackedWeights<Number>& weights,
                  const RowConv& conv, const Number* in, std::size_t inPitch, int rows,
                  const float* bias, float* out, std::size_t outPitch)
{
    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = static_cast<std::size_t>(conv.stride) * inPitch;
    operands.depth = weights.depth();
    operands.panels = weights.panels();
    operands.rows = rows;
    operands.out = out;
    operands.outPitch = outPitch;
    for (int tap = 0; tap < conv.taps; ++tap) {
        operands.in = in + static_cast<std::size_t>(tap) * inPitch;
        operands.matrix = weights.tap(tap);
        kernel.addTo(tap == 0 ? bias : nullptr, operands);
    }
}

template <typename Number>
void inputGradientTile(const ProductKernel<Number>& kernel, const PackedWeights<Number>& weights,
                       const RowConv& conv, const RowBuffer<Number>& gradient, std::int64_t item,
                       std::int64_t firstFrame, int frames, bool add, float* out,
                       std::size_t outPitch)
{
    static thread_local std::vector<float> zeros;
    zeros.resize(rowWidth(conv.inChannels), 0.0F);
    typename ProductKernel<Number>::Operands operands;
    operands.inPitch = gradient.pitch();
    operands.depth = weights.depth();
    operands.panels = weights.panels();
    operands.rows = frames;
    operands.outPitch = static_cast<std::size_t>(conv.stride) * outPitch;
    // Input row stride * u + phase meets tap phase + stride * q of frame u - q.
    for (int phase = 0; phase < conv.stride; ++phase) {
        operands.out = out + static_cast<std::size_t>(phase) * outPitch;
        bool started = add;
        for (int tap = phase; tap < conv.taps; tap += conv.stride) {
            operands.in = gradient.row(item, firstFrame - tap / conv.stride);
            operands.matrix = weights.tap(tap);
            kernel.addTo(started ? nullptr : zeros.data(), operands);
            started = true;
        }
        for (int r = 0; r < frames && !started; ++r)
            std::copy_n(zeros.data(), zeros.size(),
                        operands.out + static_cast<std::size_t>(r) * operands.outPitch);
    }
}

#define PHONO_INSTANTIATE(Number)                                                                  \
    template void convolveTile(const ProductKernel<Number>&, const PackedWeights<Number>&,         \
                               const RowConv&, const Number*, std::size_t, int, const float*,      \
                               float*, std::size_t);                                               \
    template void inputGradientTile(const ProductKernel<Number>&, const PackedWeights<Number>&,    \
                                    const RowConv&, const RowBuffer<Number>&, std::int64_t,        \
                                    std::int64_t, int, bool, float*, std::size_t);
PHONO_INSTANTIATE(float)
PHONO_INSTANTIATE(BFloat16)
#undef PHONO_INSTANTIATE

} // namespace phono
