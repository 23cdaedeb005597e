#include "core/model/packed_kernels.h"
#include "core/model/planned_kernel.h"

#include <algorithm>

namespace phono {
namespace {

constexpr std::size_t kCacheLine = 16; // floats

/// Rows times panels of output channels, in registers.
class PackedProduct : public RowProduct {
public:
    PackedProduct(const ConvWeights& weights, int panel, std::size_t inPitch, std::size_t outPitch,
                  ConvolveFunction<float> convolve)
        : m_convolve(convolve)
        , m_zeros(outPitch)
        , m_weights(static_cast<std::size_t>(weights.taps * weights.inChannels) * outPitch)
    {
        std::fill_n(m_zeros.data(), outPitch, 0.0F);
        m_conv.weights = m_weights.data();
        m_conv.inChannels = weights.inChannels;
        m_conv.taps = weights.taps;
        m_conv.panels = static_cast<int>(outPitch) / panel;
        m_conv.inPitch = inPitch;
        float* to = m_weights.data();
        for (int tap = 0; tap < m_conv.taps; ++tap)
            for (int p = 0; p < m_conv.panels; ++p)
                for (int i = 0; i < m_conv.inChannels; ++i)
                    for (int q = 0; q < panel; ++q)
                        *to++ = weightAt(weights, p * panel + q, i, tap);
    }

    void run(const float* in, int step, int rows, float* out, std::size_t outPitch,
             bool add) const override
    {
        auto conv = m_conv;
        conv.stride = step;
        conv.outPitch = outPitch;
        conv.bias = add ? nullptr : m_zeros.data();
        m_convolve(conv, in, rows, out);
    }

private:
    ConvolveFunction<float> m_convolve;
    PackedConv<float> m_conv;
    AlignedBuffer<float> m_zeros;
    AlignedBuffer<float> m_weights;
};

} // namespace

std::unique_ptr<ConvKernel> makePackedKernel(const ConvWeights& weights, int panel,
                                             ConvolveFunction<float> convolve)
{
    // One cache line more, so that rows do not all fall into the same cache sets.
    const auto inPitch =
        roundUp(static_cast<std::size_t>(weights.inChannels), kCacheLine) + kCacheLine;
    const auto outPitch =
        roundUp(static_cast<std::size_t>(weights.outChannels), static_cast<std::size_t>(panel));
    return std::make_unique<PlannedKernel>(
        weights, inPitch, outPitch, [&](const ConvWeights& some, int) {
            return std::make_unique<PackedProduct>(some, panel, inPitch, outPitch, convolve);
        });
}

} // namespace phono
