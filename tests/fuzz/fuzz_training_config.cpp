#include "core/run/config_text.h"

#include <cstdint>
#include <cstdlib>

/// Whatever a configuration holds, it is refused with a reason or comes back from its text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto kBase = *phono::presetConfig("large");
    const auto config =
        phono::parseTrainingConfig({reinterpret_cast<const char*>(data), size}, "file", kBase);
    if (!config && config.error().message.empty())
        std::abort();
    if (!config || !config->validate())
        return 0;
    const auto again = phono::parseTrainingConfig(phono::toToml(*config), "file", kBase);
    if (!again || *again != *config)
        std::abort();
    return 0;
}
