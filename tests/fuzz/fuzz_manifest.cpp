#include "core/corpus/batch_plan.h"
#include "core/corpus/corpus.h"
#include "tests/fuzz/run_folder.h"

/// Whatever a manifest holds, each recording lies below its root and batches can be planned of
/// them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const phono::fuzz::RunFolder kFolder;
    static const auto kManifest = kFolder.run().path() / "train.tsv";
    kFolder.write(kManifest, data, size);
    const auto corpus = phono::Corpus::fromManifest(kManifest);
    if (!corpus && corpus.error().message.empty())
        std::abort();
    if (!corpus)
        return 0;
    for (std::size_t i = 0; i < corpus->size(); ++i) {
        const std::filesystem::path path = corpus->relativePath(i);
        if (path.empty() || path.is_absolute() || path != path.lexically_normal()
            || *path.begin() == ".." || corpus->samples(i) < 0)
            std::abort();
    }
    const auto plan = phono::BatchPlan::create(*corpus, {});
    if (plan && plan->recordings() + plan->tooShort() != corpus->size())
        std::abort();
    return 0;
}
