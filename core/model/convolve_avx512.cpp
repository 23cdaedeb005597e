#include "core/model/register_blocks.h"

namespace phono {
namespace {

struct Avx512;

} // namespace

// 28 sums, two weights and one input make 31 of 32 registers.
void convolveAvx512(const PackedConv<float>& conv, const float* in, int rows, float* out)
{
    static_assert(RegisterBlocks<Avx512, 16, 14>::kPanel == kAvx512Panel);
    RegisterBlocks<Avx512, 16, 14>::convolve(conv, in, rows, out);
}

} // namespace phono
