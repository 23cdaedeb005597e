#include "core/model/packed_kernels.h"

#include "core/model/tile_walk.h"

#include <algorithm>
#include <cstring>

namespace phono {
namespace {

constexpr int kPairPanel = 32;

} // namespace

Bf16Kernel::Bf16Kernel(const ConvWeights& weights, int depth, int panel, int planes)
    : m_inChannels(weights.inChannels)
{
    const auto in =
        roundUp(static_cast<std::size_t>(weights.inChannels), static_cast<std::size_t>(depth));
    const auto out =
        roundUp(static_cast<std::size_t>(weights.outChannels), static_cast<std::size_t>(panel));
    m_bias.ensure(out);
    std::fill_n(m_bias.data(), out, 0.0F);
    std::ranges::copy(weights.bias, m_bias.data());
    m_conv.bias = m_bias.data();
    m_conv.inChannels = static_cast<int>(in);
    m_conv.taps = weights.taps;
    m_conv.stride = weights.stride;
    m_conv.panels = static_cast<int>(out) / panel;
    m_conv.inPitch = roundUp(in * static_cast<std::size_t>(planes), 64 / sizeof(BFloat16))
        + kPadBytes / sizeof(BFloat16);
    m_conv.outPitch = out;
}

Bf16PairKernel::Bf16PairKernel(const ConvWeights& weights, ConvolveFunction<BFloat16> convolve)
    : Bf16Kernel(weights, 2, kPairPanel, 1)
    , m_convolve(convolve)
    , m_weights(weightCount())
{
    BFloat16* to = m_weights.data();
    for (int tap = 0; tap < m_conv.taps; ++tap)
        for (int p = 0; p < m_conv.panels; ++p)
            for (int i = 0; i < m_conv.inChannels; i += 2)
                for (int q = 0; q < kPairPanel; ++q)
                    for (int half = 0; half < 2; ++half)
                        *to++ = toBFloat16(weightAt(weights, p * kPairPanel + q, i + half, tap));
    m_conv.weights = m_weights.data();
}

void Bf16PairKernel::pack(const float* row, void* rows, std::size_t index) const
{
    auto* to = static_cast<BFloat16*>(rows) + index * m_conv.inPitch;
    std::transform(row, row + m_inChannels, to, toBFloat16);
    std::fill(to + m_inChannels, to + m_conv.inChannels, BFloat16(0));
}

void Bf16PairKernel::run(void* rows, int count, float* out) const
{
    m_convolve(m_conv, static_cast<const BFloat16*>(rows), count, out);
}

Bf16TileKernel::Bf16TileKernel(const ConvWeights& weights, Precision precision,
                               ConvolveFunction<BFloat16> addProducts)
    : Bf16Kernel(weights, kTileDepth, kTilePanel, precision == Precision::Bf16x3 ? 2 : 1)
    , m_split(precision == Precision::Bf16x3)
    , m_addProducts(addProducts)
{
    packWeights(weights, m_high, false);
    if (m_split)
        packWeights(weights, m_low, true);
}

void Bf16TileKernel::packWeights(const ConvWeights& weights, AlignedBuffer<BFloat16>& packed,
                                 bool rest) const
{
    packed.ensure(weightCount());
    BFloat16* to = packed.data();
    const auto add = [&](int o, int i, int tap) {
        const float weight = weightAt(weights, o, i, tap);
        const BFloat16 high = toBFloat16(weight);
        *to++ = rest ? toBFloat16(weight - toFloat(high)) : high;
    };
    for (int tap = 0; tap < m_conv.taps; ++tap)
        for (int p = 0; p < m_conv.panels; ++p)
            for (int block = 0; block < m_conv.inChannels; block += kTileDepth)
                for (int o = p * kTilePanel; o < (p + 1) * kTilePanel; o += kTileSide)
                    for (int i = block; i < block + kTileDepth; i += 2)
                        for (int q = 0; q < kTileSide; ++q)
                            for (int half = 0; half < 2; ++half)
                                add(o + q, i + half, tap);
}

void Bf16TileKernel::pack(const float* row, void* rows, std::size_t index) const
{
    auto* high = static_cast<BFloat16*>(rows) + index * m_conv.inPitch;
    std::transform(row, row + m_inChannels, high, toBFloat16);
    std::fill(high + m_inChannels, high + m_conv.inChannels, BFloat16(0));
    if (!m_split)
        return;
    auto* low = high + m_conv.inChannels;
    for (int i = 0; i < m_inChannels; ++i)
        low[i] = toBFloat16(row[i] - toFloat(high[i]));
    std::fill(low + m_inChannels, low + m_conv.inChannels, BFloat16(0));
}

void Bf16TileKernel::run(void* rows, int count, float* out) const
{
    const auto rounded = roundUp(static_cast<std::size_t>(count), kTileSide);
    for (std::size_t row = 0; row < rounded; ++row)
        std::copy_n(m_conv.bias, m_conv.outPitch, out + row * m_conv.outPitch);
    auto conv = m_conv;
    conv.weights = m_high.data();
    const auto* high = static_cast<const BFloat16*>(rows);
    m_addProducts(conv, high, static_cast<int>(rounded), out);
    if (!m_split)
        return;
    m_addProducts(conv, high + m_conv.inChannels, static_cast<int>(rounded), out);
    conv.weights = m_low.data();
    m_addProducts(conv, high, static_cast<int>(rounded), out);
}

} // namespace phono
