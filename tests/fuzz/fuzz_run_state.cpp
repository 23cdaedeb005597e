#include "core/run/run_state.h"
#include "tests/fuzz/run_folder.h"

/// Whatever state.json holds, it is refused with a reason or can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const phono::fuzz::RunFolder kFolder;
    const auto run = kFolder.run();
    kFolder.write(run.state(), data, size);
    const auto state = phono::readState(run);
    if (!state && state.error().message.empty())
        std::abort();
    if (!state || !*state)
        return 0;
    static_cast<void>(phono::currentStatus(**state));
    if (!phono::writeState(run, **state))
        std::abort();
    const auto again = phono::readState(run);
    if (!again || !*again || (*again)->process != (*state)->process
        || (*again)->status != (*state)->status || (*again)->update != (*state)->update)
        std::abort();
    return 0;
}
