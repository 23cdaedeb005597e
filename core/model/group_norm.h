#pragma once

#include <ATen/ATen.h>

namespace phono {

inline constexpr double kNormEpsilon = 1e-5;

/// Group norm of [batch, channels, frames] with affine weights (both may be undefined), its
/// statistics taken in two stages: LibTorch's own kernel gives each group of a sample one block of
/// a GPU, which with one group leaves most of it idle.
at::Tensor groupNorm(const at::Tensor& x, int groups, const at::Tensor& weight,
                     const at::Tensor& bias);

} // namespace phono
