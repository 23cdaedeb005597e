#pragma once

#include "core/model/packed_conv.h"

namespace phono {

/// fp32 convolution by fused multiply-add in registers: kRows rows by two vectors of kWidth output
/// channels at a time.
///
/// A tap at a time, so that its rows, one weight panel and the output stay in the second-level
/// cache. `Local` must be a type of the including file's unnamed namespace: it keeps this code in
/// that file, compiled for that file's processor.
template <typename Local, int kWidth, int kRows>
struct RegisterBlocks {
    typedef float Vector __attribute__((vector_size(kWidth * sizeof(float))));
    typedef float Unaligned __attribute__((vector_size(kWidth * sizeof(float)), aligned(4)));
    static constexpr int kPanel = 2 * kWidth;
    // Products summed up before they meet the larger sum of all: keeps rounding near a BLAS's.
    static constexpr int kDepth = 512;

    static void convolve(const PackedConv<float>& conv, const float* in, int rows, float* out)
    {
        const auto panelSize = static_cast<std::size_t>(conv.inChannels) * kPanel;
        const float* weights = conv.weights;
        for (int tap = 0; tap < conv.taps; ++tap, in += conv.inPitch)
            for (int panel = 0; panel < conv.panels; ++panel, weights += panelSize)
                for (int row = 0; row < rows; row += kRows)
                    addTap(conv, in + static_cast<std::size_t>(row * conv.stride) * conv.inPitch,
                           weights,
                           out + static_cast<std::size_t>(row) * conv.outPitch
                               + static_cast<std::size_t>(panel) * kPanel,
                           tap == 0 && conv.bias
                               ? conv.bias + static_cast<std::size_t>(panel) * kPanel
                               : nullptr);
    }

private:
    /// Adds one tap's products to a block of `out`; `bias` starts it when given.
    static void addTap(const PackedConv<float>& conv, const float* in, const float* weights,
                       float* out, const float* bias)
    {
        for (int i = 0; i < conv.inChannels; i += kDepth) {
            const int rest = conv.inChannels - i;
            addProducts(conv, in + i, weights + static_cast<std::size_t>(i) * kPanel,
                        rest < kDepth ? rest : kDepth, out, i == 0 ? bias : nullptr);
        }
    }

    static void addProducts(const PackedConv<float>& conv, const float* in, const float* weights,
                            int depth, float* out, const float* bias)
    {
        const auto inStep = static_cast<std::size_t>(conv.stride) * conv.inPitch;
        Vector sums[kRows][2] = {};
        for (int i = 0; i < depth; ++i, ++in, weights += kPanel) {
            const Vector low = load(weights);
            const Vector high = load(weights + kWidth);
#pragma GCC unroll 14
            for (int r = 0; r < kRows; ++r) {
                // Less zero is the value itself; plus zero would not be, for -0, and cost an addition.
                const Vector x = in[static_cast<std::size_t>(r) * inStep] - Vector{};
                sums[r][0] += x * low;
                sums[r][1] += x * high;
            }
        }
#pragma GCC unroll 14
        for (int r = 0; r < kRows; ++r) {
            float* to = out + static_cast<std::size_t>(r) * conv.outPitch;
            const float* before = bias ? bias : to;
            store(to, load(before) + sums[r][0]);
            store(to + kWidth, load(before + kWidth) + sums[r][1]);
        }
    }

    static Vector load(const float* from)
    {
        return *reinterpret_cast<const Unaligned*>(from);
    }
    static void store(float* to, Vector value)
    {
        *reinterpret_cast<Unaligned*>(to) = value;
    }
};

} // namespace phono
