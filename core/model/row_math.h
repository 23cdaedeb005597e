#pragma once

#include "core/checkpoint/model_config.h"
#include "core/model/moments.h"

#include <array>
#include <cstddef>
#include <vector>

namespace phono {

/// Group norm with one group, once its statistics are known: y = scale * x + shift per channel.
struct ChannelAffine {
    std::vector<float> scale;
    std::vector<float> shift;

    /// `weight` and `bias` may be empty (non-affine). SPEC 1.2: biased variance, eps 1e-5.
    static ChannelAffine fromMoments(const Moments& moments, const std::vector<float>& weight,
                                     const std::vector<float>& bias, std::size_t channels);
};

struct ScaledRow {
    const float* values;
    float factor;
};

// Loops over one row of `n` channels, compiled for several processors and chosen at run time.

/// out = activation(scale * in + shift); in may be out.
void affineActivate(const float* in, const ChannelAffine& affine, Activation activation, float* out,
                    std::size_t n);
/// inOut = activation(inOut)
void activate(Activation activation, float* inOut, std::size_t n);
/// out = the sum of four rows, each times its factor; out must be none of them.
void sumRows(const std::array<ScaledRow, 4>& rows, float* out, std::size_t n);
/// inOut = inOut + row * factor
void addRow(float* inOut, const ScaledRow& row, std::size_t n);
/// inOut = (inOut + residual) * factor
void addScaled(float* inOut, const float* residual, float factor, std::size_t n);
/// inOut = log(|inOut| + 1)
void logCompress(float* inOut, std::size_t n);
/// out = bias + sum over taps j of samples[j] * weights[j * n + c]
void convolveSamples(const float* samples, std::size_t taps, const float* weights,
                     const float* bias, float* out, std::size_t n);
/// Of `rows` rows of `n` values that lie `pitch` apart; always added up in the same order.
Moments momentsOf(const float* values, std::size_t rows, std::size_t pitch, std::size_t n);

} // namespace phono
