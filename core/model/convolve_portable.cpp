#include "core/model/register_blocks.h"

namespace phono {
namespace {

struct Portable;

} // namespace

// 12 sums, two weights and one input make 15 of the 16 registers of SSE; NEON has more.
void convolvePortable(const PackedConv<float>& conv, const float* in, int rows, float* out)
{
    static_assert(RegisterBlocks<Portable, 4, 6>::kPanel == kPortablePanel);
    RegisterBlocks<Portable, 4, 6>::convolve(conv, in, rows, out);
}

} // namespace phono
