#include "core/run/run_event.h"

#include <cstdint>
#include <cstdlib>

/// Whatever a line holds, it is refused with a reason or can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto event = phono::parseLine({reinterpret_cast<const char*>(data), size});
    if (!event && event.error().message.empty())
        std::abort();
    if (!event || !*event)
        return 0;
    const auto line = phono::toLine(**event);
    const auto again = phono::parseLine(line);
    if (!again || !*again || phono::toLine(**again) != line)
        std::abort();
    return 0;
}
