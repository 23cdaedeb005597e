#pragma once

#include "core/model/bfloat16.h"

#include <cstddef>

namespace phono {

/// A packed convolution in plain numbers and pointers.
///
/// The functions below are compiled for special processors, each in a file of its own. Those files
/// use nothing but this: an inline function of the standard library that they shared with the rest
/// of the program could be linked in their version, and fail on other processors.
template <typename Number>
struct PackedConv {
    const Number* weights = nullptr;
    const float* bias = nullptr; ///< panels * panel width; null: the products are added to `out`
    int inChannels = 0; ///< as packed: rounded up to what the function takes at once
    int taps = 0;
    int stride = 0;
    int panels = 0; ///< groups of output channels that are computed together
    std::size_t inPitch = 0; ///< numbers from input row to input row
    std::size_t outPitch = 0; ///< floats from output row to output row
};

/// Computes output rows [0, rows) from the packed input rows, and may compute up to 13 more, whose
/// input must be readable and whose output must be writable.
template <typename Number>
using ConvolveFunction = void (*)(const PackedConv<Number>& conv, const Number* in, int rows,
                                  float* out);

// Weights as [tap][panel][inChannel][panel width]: 32, 16 and 8 output channels.
inline constexpr int kAvx512Panel = 32;
inline constexpr int kAvx2Panel = 16;
inline constexpr int kPortablePanel = 8;
void convolveAvx512(const PackedConv<float>& conv, const float* in, int rows, float* out);
void convolveAvx2(const PackedConv<float>& conv, const float* in, int rows, float* out);
void convolvePortable(const PackedConv<float>& conv, const float* in, int rows, float* out);

// Weights as [tap][panel][inChannel / 2][32][2].
void convolveAvx512Bf16(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows, float* out);

/// Adds products to `out`, which must hold the bias: one of bf16x3's three, or all of bf16's.
/// Weights as [tap][panel][inChannel / 32][2 tiles][16][16][2].
void addProductsAmx(const PackedConv<BFloat16>& conv, const BFloat16* in, int rows, float* out);

} // namespace phono
