#include "core/model/row_math.h"

#include "core/model/processor_clones.h"

#include <cmath>

namespace phono {
namespace {

constexpr double kNormEpsilon = 1e-5;

PHONO_CLONES void affineRelu(const float* in, const float* scale, const float* shift, float* out,
                             std::size_t n)
{
    for (std::size_t c = 0; c < n; ++c) {
        const float value = in[c] * scale[c] + shift[c];
        out[c] = value > 0 ? value : 0;
    }
}

PHONO_CLONES void relu(float* inOut, std::size_t n)
{
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] = inOut[c] > 0 ? inOut[c] : 0;
}

/// Exact (erf) GELU, as torch computes it.
float gelu(float x)
{
    return 0.5F * x * (1.0F + std::erf(x * 0.70710678118654752440F));
}

PHONO_CLONES float sumOf(const float* values, std::size_t n)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t c = 0; c < n; ++c)
        sum += values[c];
    return sum;
}

/// Sums of the deviations from `mean` and of their squares.
PHONO_CLONES void deviationsOf(const float* values, std::size_t n, float mean, double& sum,
                               double& squares)
{
    float deviations = 0;
    float squared = 0;
#pragma omp simd reduction(+ : deviations, squared)
    for (std::size_t c = 0; c < n; ++c) {
        const float d = values[c] - mean;
        deviations += d;
        squared += d * d;
    }
    sum += deviations;
    squares += squared;
}

} // namespace

ChannelAffine ChannelAffine::fromMoments(const Moments& moments, const std::vector<float>& weight,
                                         const std::vector<float>& bias, std::size_t channels)
{
    const double inverse = 1 / std::sqrt(moments.variance() + kNormEpsilon);
    ChannelAffine affine;
    affine.scale.resize(channels);
    affine.shift.resize(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        const double scale = (weight.empty() ? 1.0 : static_cast<double>(weight[c])) * inverse;
        affine.scale[c] = static_cast<float>(scale);
        affine.shift[c] = static_cast<float>((bias.empty() ? 0.0 : static_cast<double>(bias[c]))
                                             - moments.mean * scale);
    }
    return affine;
}

void affineActivate(const float* in, const ChannelAffine& affine, Activation activation, float* out,
                    std::size_t n)
{
    if (activation == Activation::Relu) {
        affineRelu(in, affine.scale.data(), affine.shift.data(), out, n);
        return;
    }
    for (std::size_t c = 0; c < n; ++c)
        out[c] = gelu(in[c] * affine.scale[c] + affine.shift[c]);
}

void activate(Activation activation, float* inOut, std::size_t n)
{
    if (activation == Activation::Relu) {
        relu(inOut, n);
        return;
    }
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] = gelu(inOut[c]);
}

PHONO_CLONES void sumRows(const std::array<ScaledRow, 4>& rows, float* out, std::size_t n)
{
    const auto [first, second, third, fourth] = rows;
    for (std::size_t c = 0; c < n; ++c)
        out[c] = (first.values[c] * first.factor + second.values[c] * second.factor)
            + (third.values[c] * third.factor + fourth.values[c] * fourth.factor);
}

PHONO_CLONES void addRow(float* inOut, const ScaledRow& row, std::size_t n)
{
    const float factor = row.factor;
    const float* values = row.values;
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] += factor * values[c];
}

PHONO_CLONES void addScaled(float* inOut, const float* residual, float factor, std::size_t n)
{
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] = (inOut[c] + residual[c]) * factor;
}

void logCompress(float* inOut, std::size_t n)
{
    for (std::size_t c = 0; c < n; ++c)
        inOut[c] = std::log(std::fabs(inOut[c]) + 1.0F);
}

PHONO_CLONES void convolveSamples(const float* samples, std::size_t taps, const float* weights,
                                  const float* bias, float* out, std::size_t n)
{
    // Sums of a few channels stay in registers over all taps.
    constexpr std::size_t kBlock = 64;
    std::size_t c = 0;
    for (; c + kBlock <= n; c += kBlock) {
        float sums[kBlock];
        for (std::size_t i = 0; i < kBlock; ++i)
            sums[i] = bias[c + i];
        for (std::size_t j = 0; j < taps; ++j) {
            const float* tap = weights + j * n + c;
            for (std::size_t i = 0; i < kBlock; ++i)
                sums[i] += samples[j] * tap[i];
        }
        for (std::size_t i = 0; i < kBlock; ++i)
            out[c + i] = sums[i];
    }
    for (; c < n; ++c) {
        out[c] = bias[c];
        for (std::size_t j = 0; j < taps; ++j)
            out[c] += samples[j] * weights[j * n + c];
    }
}

Moments momentsOf(const float* values, std::size_t rows, std::size_t pitch, std::size_t n)
{
    // Two passes: the mean in float is only a shift, corrected by the deviations' own sum.
    double sum = 0;
    for (std::size_t r = 0; r < rows; ++r)
        sum += sumOf(values + r * pitch, n);
    const double count = static_cast<double>(rows) * static_cast<double>(n);
    const auto shift = static_cast<float>(sum / count);
    double deviations = 0;
    double squares = 0;
    for (std::size_t r = 0; r < rows; ++r)
        deviationsOf(values + r * pitch, n, shift, deviations, squares);
    return {count, shift + deviations / count, squares - deviations * deviations / count};
}

} // namespace phono
