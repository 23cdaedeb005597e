#pragma once

#include "core/model/aligned_buffer.h"
#include "core/model/conv_kernel.h"
#include "core/model/packed_conv.h"

namespace phono {

inline std::size_t roundUp(std::size_t value, std::size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/// The weight of output channel o, input channel i; 0 beyond the real ones.
inline float weightAt(const ConvWeights& weights, int o, int i, int tap)
{
    if (o >= weights.outChannels || i >= weights.inChannels)
        return 0;
    return weights
        .weight[(static_cast<std::size_t>(o) * static_cast<std::size_t>(weights.inChannels)
                 + static_cast<std::size_t>(i))
                    * static_cast<std::size_t>(weights.taps)
                + static_cast<std::size_t>(tap)];
}

/// What the bf16 kernels have in common: the geometry, the bias, and rows far enough apart that
/// they do not all fall into the same cache sets.
class Bf16Kernel : public ConvKernel {
public:
    std::size_t inputRowBytes() const override { return m_conv.inPitch * sizeof(BFloat16); }
    std::size_t outputPitch() const override { return m_conv.outPitch; }
    std::size_t inputRows() const override
    {
        constexpr std::size_t kMoreRows = 16; // that a block may compute beyond the tile
        return (kTileRows + kMoreRows) * static_cast<std::size_t>(m_conv.stride)
            + static_cast<std::size_t>(m_conv.taps);
    }

protected:
    static constexpr std::size_t kPadBytes = 64;

    /// `depth`: input channels are rounded up to it; `panel`: output channels too; `planes`: copies
    /// of a row side by side.
    Bf16Kernel(const ConvWeights& weights, int depth, int panel, int planes);

    std::size_t weightCount() const
    {
        return static_cast<std::size_t>(m_conv.taps) * static_cast<std::size_t>(m_conv.inChannels)
            * m_conv.outPitch;
    }

    PackedConv<BFloat16> m_conv;
    int m_inChannels; // the real ones

private:
    AlignedBuffer<float> m_bias;
};

/// fp32 convolution in registers, `panel` output channels at a time.
std::unique_ptr<ConvKernel> makePackedKernel(const ConvWeights& weights, int panel,
                                             ConvolveFunction<float> convolve);

/// bf16 pairs for the dot-product instruction of AVX512_BF16.
class Bf16PairKernel : public Bf16Kernel {
public:
    Bf16PairKernel(const ConvWeights& weights, ConvolveFunction<BFloat16> convolve);
    void pack(const float* row, void* rows, std::size_t index) const override;
    void run(void* rows, int count, float* out) const override;

private:
    ConvolveFunction<BFloat16> m_convolve;
    AlignedBuffer<BFloat16> m_weights;
};

/// bf16 tiles. In bf16x3 every input and weight is split into a rounded half and the rounded rest,
/// and three of the four products are added up (the fourth is as small as what the rest's rounding
/// loses).
class Bf16TileKernel : public Bf16Kernel {
public:
    Bf16TileKernel(const ConvWeights& weights, Precision precision,
                   ConvolveFunction<BFloat16> addProducts);
    void pack(const float* row, void* rows, std::size_t index) const override;
    void run(void* rows, int count, float* out) const override;

private:
    void packWeights(const ConvWeights& weights, AlignedBuffer<BFloat16>& to, bool rest) const;

    bool m_split;
    ConvolveFunction<BFloat16> m_addProducts;
    AlignedBuffer<BFloat16> m_high;
    AlignedBuffer<BFloat16> m_low;
};

std::unique_ptr<ConvKernel> makePortableKernel(const ConvWeights& weights);

} // namespace phono
