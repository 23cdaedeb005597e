#pragma once

#include "core/model/bfloat16.h"

#include <cstddef>

namespace phono {

// Loops over rows of `n` channels, compiled for several processors and chosen at run time.

/// out = in, rounded.
void convertRow(const float* in, std::size_t n, BFloat16* out);
inline void convertRow(const float* in, std::size_t n, float* out)
{
    if (in != out)
        __builtin_memcpy(out, in, n * sizeof(float));
}
/// out = first + second, and out = first - second, rounded.
void sumRows(const float* first, const float* second, std::size_t n, float* out);
void sumRows(const float* first, const float* second, std::size_t n, BFloat16* out);
void sumRows(const BFloat16* first, const BFloat16* second, std::size_t n, BFloat16* out);
void subtractRows(const float* first, const float* second, std::size_t n, float* out);
void subtractRows(const BFloat16* first, const BFloat16* second, std::size_t n, BFloat16* out);
void addRow(const float* in, std::size_t n, float* inOut);
void scaleRow(float factor, std::size_t n, float* inOut);
/// out[c][t] = in[t][c] for t in [0, rows) and c in [0, n), with `inPitch` and `outPitch` numbers
/// from line to line.
void transposeRows(const float* in, std::size_t inPitch, std::size_t rows, std::size_t n,
                   float* out, std::size_t outPitch);
void transposeRows(const BFloat16* in, std::size_t inPitch, std::size_t rows, std::size_t n,
                   BFloat16* out, std::size_t outPitch);

/// A group norm's affine map per channel, y = scale * x + shift.
struct NormRow {
    const float* scale = nullptr;
    const float* shift = nullptr;
    float mean = 0;
};
/// out = max(0, scale * x + shift)
void activateRow(const float* x, const NormRow& norm, std::size_t n, float* out);
/// Sums of the gradient behind the ReLU, of its product with the deviation x - mean, and of the
/// deviations themselves, per channel: adds one row's.
struct NormSums {
    float* gradient = nullptr;
    float* product = nullptr;
    float* deviation = nullptr;
};
void addNormSums(const float* gradient, const float* x, const NormRow& norm, std::size_t n,
                 const NormSums& sums);
/// out = gradientFactor * (gradient where scale * x + shift > 0) + xFactor * x + constant
struct NormGradient {
    const float* gradientFactor = nullptr;
    const float* xFactor = nullptr;
    const float* constant = nullptr;
};
void normGradientRow(const float* gradient, const float* x, const NormRow& norm,
                     const NormGradient& factors, std::size_t n, float* out);
/// gradient /= 1 + max(0, scale * x + shift): back through log(1 + relu).
void logGradientRow(const float* x, const NormRow& norm, std::size_t n, float* gradient);

/// Adds to sums[j * n + c] the products of samples[r * stride + j] with gradient[r][c] where
/// active[r][c] > 0, for r in [0, rows) and j in [0, taps); sums[taps * n + c] gets the gradient
/// alone. `n` is a multiple of 32.
struct WindowProducts {
    const float* samples = nullptr;
    int stride = 0;
    int taps = 0;
    const float* gradient = nullptr;
    std::size_t gradientPitch = 0;
    const float* active = nullptr;
    std::size_t activePitch = 0;
    int rows = 0;
    std::size_t n = 0;
};
void addWindowProducts(const WindowProducts& from, float* sums);

} // namespace phono
