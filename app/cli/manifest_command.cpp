#include "app/cli/commands.h"
#include "core/corpus/make_manifests.h"

namespace phono::cli {

int runManifest(const ManifestArguments& arguments, Console& console, const std::stop_token& stop)
{
    const ManifestJob job = {
        .folder = arguments.folder,
        .out = arguments.out,
        .filter = {.extension = arguments.extension, .pathMustContain = arguments.pathMustContain},
        .validShare = arguments.validShare,
        .seed = arguments.seed,
        .force = arguments.force};
    const auto made = makeManifests(job, console.progress(arguments.folder, stop));
    if (!made) {
        console.message(made.error().isCancelled() ? "interrupted; nothing was written"
                                                   : made.error().message);
        return kFailed;
    }
    for (const std::string& problem : made->problems)
        console.message(problem);
    console.message(std::to_string(made->trainCount) + " recordings for training, "
                    + std::to_string(made->validCount) + " for validation, "
                    + std::to_string(made->leftOut) + " left out");
    console.result(made->train.string() + '\n' + made->valid.string() + '\n');
    return made->leftOut == 0 ? kDone : kFailed;
}

} // namespace phono::cli
