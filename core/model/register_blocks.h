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
        const float* weights = conv.weights;
        for (int tap = 0; tap < conv.taps; ++tap, in += conv.inPitch)
            for (int panel = 0; panel < conv.panels; ++panel)
                for (int i = 0; i < conv.inChannels; i += kDepth) {
                    const int rest = conv.inChannels - i;
                    const int depth = rest < kDepth ? rest : kDepth;
                    const auto at = static_cast<std::size_t>(panel) * kPanel;
                    const float* bias = tap == 0 && i == 0 && conv.bias ? conv.bias + at : nullptr;
                    for (int row = 0; row < rows; row += kRows)
                        addProducts(conv,
                                    in + static_cast<std::size_t>(row * conv.stride) * conv.inPitch
                                        + i,
                                    weights, depth,
                                    out + static_cast<std::size_t>(row) * conv.outPitch + at, bias);
                    weights += static_cast<std::size_t>(depth) * kPanel;
                }
    }

private:
    static void addProducts(const PackedConv<float>& conv, const float* in, const float* weights,
                            int depth, float* out, const float* bias)
    {
        const auto inStep = static_cast<std::size_t>(conv.stride) * conv.inPitch;
        Vector sums[kRows][2] = {};
#pragma GCC unroll 14
        for (int r = 0; r < kRows; ++r) {
            const float* to = out + static_cast<std::size_t>(r) * conv.outPitch;
            __builtin_prefetch(to, 1);
            __builtin_prefetch(to + kWidth, 1);
        }
        for (int i = 0; i < depth; ++i, ++in, weights += kPanel) {
            const Vector low = load(weights);
            const Vector high = load(weights + kWidth);
#pragma GCC unroll 14
            for (int r = 0; r < kRows; ++r) {
                const Vector x = broadcast(in[static_cast<std::size_t>(r) * inStep]);
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

    static Vector broadcast(float value)
    {
        return value - Vector{}; // unlike a sum with 0, no operation: it keeps even -0
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
