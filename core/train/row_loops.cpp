#include "core/train/row_loops.h"

#include "core/model/processor_clones.h"

#include <algorithm>

namespace phono {
namespace {

template <typename Number>
void transposeBlocks(const Number* in, std::size_t inPitch, std::size_t rows, std::size_t n,
                     Number* out, std::size_t outPitch)
{
    constexpr std::size_t kSide = 64 / sizeof(Number); // a cache line each way
    for (std::size_t t = 0; t < rows; t += kSide) {
        const auto count = std::min(kSide, rows - t);
        for (std::size_t c = 0; c < n; c += kSide) {
            const auto channels = std::min(kSide, n - c);
            Number block[kSide][kSide];
            for (std::size_t i = 0; i < count; ++i)
                for (std::size_t k = 0; k < channels; ++k)
                    block[k][i] = in[(t + i) * inPitch + c + k];
            for (std::size_t k = 0; k < channels; ++k)
                std::copy_n(block[k], count, out + (c + k) * outPitch + t);
        }
    }
}

} // namespace

PHONO_CLONES void convertRow(const float* in, std::size_t n, BFloat16* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = toBFloat16(in[c]);
}

PHONO_CLONES void sumRows(const float* first, const float* second, std::size_t n, float* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = first[c] + second[c];
}

PHONO_CLONES void sumRows(const float* first, const float* second, std::size_t n, BFloat16* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = toBFloat16(first[c] + second[c]);
}

PHONO_CLONES void sumRows(const BFloat16* first, const BFloat16* second, std::size_t n,
                          BFloat16* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = toBFloat16(toFloat(first[c]) + toFloat(second[c]));
}

PHONO_CLONES void subtractRows(const float* first, const float* second, std::size_t n, float* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = first[c] - second[c];
}

PHONO_CLONES void subtractRows(const BFloat16* first, const BFloat16* second, std::size_t n,
                               BFloat16* out)
{
    for (std::size_t c = 0; c < n; ++c)
        out[c] = toBFloat16(toFloat(first[c]) - toFloat(second[c]));
}

PHONO_CLONES void addRow(const float* in, std::size_t n, float* inOut)
{
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] += in[c];
}

PHONO_CLONES void scaleRow(float factor, std::size_t n, float* inOut)
{
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] *= factor;
}

void transposeRows(const float* in, std::size_t inPitch, std::size_t rows, std::size_t n,
                   float* out, std::size_t outPitch)
{
    transposeBlocks(in, inPitch, rows, n, out, outPitch);
}

void transposeRows(const BFloat16* in, std::size_t inPitch, std::size_t rows, std::size_t n,
                   BFloat16* out, std::size_t outPitch)
{
    transposeBlocks(in, inPitch, rows, n, out, outPitch);
}

PHONO_CLONES void activateRow(const float* x, const NormRow& norm, std::size_t n, float* out)
{
    const float* scale = norm.scale;
    const float* shift = norm.shift;
#pragma GCC ivdep
    for (std::size_t c = 0; c < n; ++c) {
        const float active = x[c] * scale[c] + shift[c];
        out[c] = active > 0 ? active : 0.0F;
    }
}

PHONO_CLONES void addNormSums(const float* gradient, const float* x, const NormRow& norm,
                              std::size_t n, const NormSums& sums)
{
    const float mean = norm.mean;
    const float* scale = norm.scale;
    const float* shift = norm.shift;
    float* gradientSum = sums.gradient;
    float* productSum = sums.product;
    float* deviationSum = sums.deviation;
#pragma GCC ivdep
    for (std::size_t c = 0; c < n; ++c) {
        const float g = x[c] * scale[c] + shift[c] > 0 ? gradient[c] : 0;
        const float deviation = x[c] - mean;
        gradientSum[c] += g;
        productSum[c] += g * deviation;
        deviationSum[c] += deviation;
    }
}

PHONO_CLONES void normGradientRow(const float* gradient, const float* x, const NormRow& norm,
                                  const NormGradient& factors, std::size_t n, float* out)
{
    const float* scale = norm.scale;
    const float* shift = norm.shift;
    const float* gradientFactor = factors.gradientFactor;
    const float* xFactor = factors.xFactor;
    const float* constant = factors.constant;
#pragma GCC ivdep
    for (std::size_t c = 0; c < n; ++c) {
        const float g = x[c] * scale[c] + shift[c] > 0 ? gradient[c] : 0;
        out[c] = gradientFactor[c] * g + (xFactor[c] * x[c] + constant[c]);
    }
}

PHONO_CLONES void logGradientRow(const float* x, const NormRow& norm, std::size_t n,
                                 float* gradient)
{
    const float* scale = norm.scale;
    const float* shift = norm.shift;
#pragma GCC ivdep
    for (std::size_t c = 0; c < n; ++c) {
        const float active = x[c] * scale[c] + shift[c];
        gradient[c] /= 1.0F + (active > 0 ? active : 0.0F);
    }
}

PHONO_CLONES void addWindowProducts(const WindowProducts& from, float* sums)
{
    constexpr std::size_t kBlock = 32; // channels in registers
    for (std::size_t c = 0; c < from.n; c += kBlock) {
        for (int r = 0; r < from.rows; ++r) {
            const auto row = static_cast<std::size_t>(r);
            const float* gradient = from.gradient + row * from.gradientPitch + c;
            const float* active = from.active + row * from.activePitch + c;
            const float* samples = from.samples + r * from.stride;
            float masked[kBlock];
            for (std::size_t i = 0; i < kBlock; ++i)
                masked[i] = active[i] > 0 ? gradient[i] : 0;
            float* sum = sums + c;
            for (int j = 0; j < from.taps; ++j, sum += from.n)
                for (std::size_t i = 0; i < kBlock; ++i)
                    sum[i] += samples[j] * masked[i];
            for (std::size_t i = 0; i < kBlock; ++i)
                sum[i] += masked[i];
        }
    }
}

} // namespace phono
