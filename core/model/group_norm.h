#pragma once

#include <ATen/ATen.h>

namespace phono {

inline constexpr double kNormEpsilon = 1e-5;

/// Group norm of [batch, channels, frames] with affine weights (both may be undefined), computed in
/// float and returned as `type`, negative values cut off when `relu`. Can be differentiated; then
/// only `x` itself is kept.
///
/// LibTorch's own kernel gives each group of a sample one block of a GPU, which with one group
/// leaves most of it idle: here the statistics are taken in parts and merged.
at::Tensor groupNorm(const at::Tensor& x, int groups, const at::Tensor& weight,
                     const at::Tensor& bias, bool relu = false, at::ScalarType type = at::kFloat);

} // namespace phono
