#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace phono {

/// fp32; products of bf16 halves with fp32 sums (error about 5e-5); plain bf16 products with fp32
/// sums.
enum class Precision { Fp32, Bf16x3, Bf16 };

/// "fp32", "bf16x3", "bf16"
std::string toString(Precision precision);
Result<Precision> parsePrecision(std::string_view text);

} // namespace phono
