#include "core/base/sample_source.h"

#include <algorithm>
#include <cassert>

namespace phono {

Result<void> Waveform::read(std::int64_t first, std::span<float> out) const
{
    assert(first >= 0 && first + static_cast<std::int64_t>(out.size()) <= size());
    std::ranges::copy(samples().subspan(static_cast<std::size_t>(first), out.size()), out.begin());
    return {};
}

} // namespace phono
