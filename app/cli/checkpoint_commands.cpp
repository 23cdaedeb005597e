#include "app/cli/commands.h"
#include "core/checkpoint/checkpoint.h"
#include "core/model/seeded_model.h"

namespace phono::cli {
namespace {

int write(const Checkpoint& checkpoint, const std::string& out, bool force, Console& console)
{
    if (auto written = writeCheckpoint(checkpoint, out, force); !written) {
        console.message(written.error().message);
        return kFailed;
    }
    console.result(out + '\n');
    return kDone;
}

ModelConfig preset(const std::string& name)
{
    if (name == "base")
        return ModelConfig::base();
    return name == "large" ? ModelConfig::large() : ModelConfig::tiny();
}

} // namespace

int runConvert(const ConvertArguments& arguments, Console& console, const std::stop_token& stop)
{
    const auto checkpoint =
        readCheckpoint(arguments.checkpoint, console.progress(arguments.checkpoint, stop));
    if (!checkpoint) {
        console.message(checkpoint.error().message);
        return kFailed;
    }
    for (const std::string& warning : checkpoint->warnings)
        console.message(arguments.checkpoint + ": warning: " + warning);
    return write(*checkpoint, arguments.out, arguments.force, console);
}

int runInit(const InitArguments& arguments, Console& console)
{
    const auto checkpoint = seededModel(preset(arguments.preset), arguments.seed);
    if (!checkpoint) {
        console.message(checkpoint.error().message);
        return kFailed;
    }
    return write(*checkpoint, arguments.out, arguments.force, console);
}

} // namespace phono::cli
