#include "core/checkpoint/training_state.h"
#include "tests/fuzz/run_folder.h"

/// Whatever a checkpoint holds of its training, it is refused with a reason or makes sense.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const phono::fuzz::RunFolder kFolder;
    static const auto kPath = kFolder.run().path() / "last.pt";
    kFolder.write(kPath, data, size);
    const auto state = phono::readTrainingState(kPath);
    if (!state && state.error().message.empty())
        std::abort();
    if (state
        && (state->updates < 0 || state->epoch < 1 || state->batch < 0
            || state->expAvg.size() != state->expAvgSq.size()))
        std::abort();
    return 0;
}
