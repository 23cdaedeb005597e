#include "core/checkpoint/checkpoint.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace {

/// A model that was read must be what its configuration says; anything else is a bug of the reader.
void requireSound(const phono::Checkpoint& checkpoint)
{
    const auto expected = phono::expectedTensors(checkpoint.config);
    if (!checkpoint.config.validate() || checkpoint.tensors.size() != expected.size())
        std::abort();
    for (const auto& [name, shape] : expected) {
        const auto* tensor = checkpoint.find(name);
        if (!tensor || tensor->shape != shape || !tensor->toFloat())
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const int kDescriptor = memfd_create("checkpoint", MFD_CLOEXEC);
    static const std::string kPath = "/proc/self/fd/" + std::to_string(kDescriptor);
    if (ftruncate(kDescriptor, 0) != 0
        || pwrite(kDescriptor, data, size, 0) != static_cast<ssize_t>(size))
        return 0;
    const auto checkpoint = phono::readCheckpoint(kPath);
    if (checkpoint)
        requireSound(*checkpoint);
    else if (checkpoint.error().message.empty())
        std::abort();
    return 0;
}
