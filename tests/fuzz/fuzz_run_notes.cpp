#include "core/run/run_notes.h"
#include "tests/fuzz/run_folder.h"

/// Whatever notes.toml holds, it is refused with a reason or can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const phono::fuzz::RunFolder kFolder;
    const auto run = kFolder.run();
    kFolder.write(run.notes(), data, size);
    const auto notes = phono::readNotes(run);
    if (!notes && notes.error().message.empty())
        std::abort();
    if (phono::nameOf(run).empty())
        std::abort();
    if (!notes)
        return 0;
    if (!phono::writeNotes(run, *notes) || *phono::readNotes(run) != *notes)
        std::abort();
    return 0;
}
