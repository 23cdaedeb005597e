#include "core/model/register_blocks.h"

namespace phono {
namespace {

struct Avx2;

} // namespace

// 12 sums, two weights and one input make 15 of 16 registers.
void convolveAvx2(const PackedConv<float>& conv, const float* in, int rows, float* out)
{
    static_assert(RegisterBlocks<Avx2, 8, 6>::kPanel == kAvx2Panel);
    RegisterBlocks<Avx2, 8, 6>::convolve(conv, in, rows, out);
}

} // namespace phono
