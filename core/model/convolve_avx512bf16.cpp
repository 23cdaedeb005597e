#include "core/model/packed_conv.h"

#include <immintrin.h>

namespace phono {
namespace {

constexpr int kPanel = 32;
constexpr int kRows = 14;

__m512bh pairOf(const BFloat16* values)
{
    int pair = 0;
    __builtin_memcpy(&pair, values, sizeof pair);
    return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

__m512bh load(const BFloat16* values)
{
    return reinterpret_cast<__m512bh>(_mm512_loadu_si512(values));
}

/// Adds one tap's products to 14 rows of 32 output channels; `bias` starts them when given.
void addTap(const PackedConv<BFloat16>& conv, const BFloat16* in, const BFloat16* weights,
            float* out, const float* bias)
{
    const auto inStep = static_cast<std::size_t>(conv.stride) * conv.inPitch;
    __m512 sums[kRows][2] = {};
    for (int i = 0; i < conv.inChannels; i += 2, in += 2, weights += 2 * kPanel) {
        const __m512bh low = load(weights);
        const __m512bh high = load(weights + kPanel);
#pragma GCC unroll 14
        for (int r = 0; r < kRows; ++r) {
            const __m512bh x = pairOf(in + static_cast<std::size_t>(r) * inStep);
            sums[r][0] = _mm512_dpbf16_ps(sums[r][0], x, low);
            sums[r][1] = _mm512_dpbf16_ps(sums[r][1], x, high);
        }
    }
#pragma GCC unroll 14
    for (int r = 0; r < kRows; ++r) {
        float* to = out + static_cast<std::size_t>(r) * conv.outPitch;
        const float* before = bias ? bias : to;
        _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(before), sums[r][0]));
        _mm512_storeu_ps(to + 16, _mm512_add_ps(_mm512_loadu_ps(before + 16), sums[r][1]));
    }
}

} // namespace

void convolveAvx512Bf16(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows, float* out)
{
    const auto panelSize = static_cast<std::size_t>(conv.inChannels) * kPanel;
    const BFloat16* weights = conv.weights;
    for (int tap = 0; tap < conv.taps; ++tap, in += conv.inPitch)
        for (int panel = 0; panel < conv.panels; ++panel, weights += panelSize)
            for (int row = 0; row < rows; row += kRows)
                addTap(conv, in + static_cast<std::size_t>(row * conv.stride) * conv.inPitch,
                       weights,
                       out + static_cast<std::size_t>(row) * conv.outPitch
                           + static_cast<std::size_t>(panel) * kPanel,
                       tap == 0 && conv.bias ? conv.bias + static_cast<std::size_t>(panel) * kPanel
                                             : nullptr);
}

} // namespace phono
