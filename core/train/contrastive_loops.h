#pragma once

#include <cstddef>

namespace phono {

// Loops compiled for several processors and chosen at run time. Widths are multiples of 32.

/// scores[i * copies + k] = <predictions[i], candidates[k]>
void scoreRows(const float* const* predictions, std::size_t steps, const float* const* candidates,
               std::size_t copies, std::size_t width, float* scores);
/// out = sum over i of factors[i] * rows[i], added to what is there if `add`.
void weighRows(const float* const* rows, const float* factors, std::size_t count, std::size_t width,
               bool add, float* out);

} // namespace phono
