#pragma once

#include "core/model/aligned_buffer.h"

#include <cstddef>

namespace phono {

/// What one thread needs while it computes tiles; buffers grow to the largest layer's needs.
struct Workspace {
    AlignedBuffer<float> audio; ///< samples under a block of first-layer rows
    AlignedBuffer<float> stored; ///< rows read back from a temporary file
    AlignedBuffer<float> block; ///< activated rows on their way into `packed`
    AlignedBuffer<std::byte> packed; ///< a kernel's input rows
    AlignedBuffer<float> tile; ///< a kernel's output rows
    AlignedBuffer<float> second; ///< output of a second product over the same rows
};

} // namespace phono
