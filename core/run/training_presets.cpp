#include "core/run/config_text.h"

#include <array>

namespace phono {
namespace {

/// fairseq's recipe, the batches it drops included (SPEC 5).
TrainingConfig fairseqLarge()
{
    TrainingConfig config; // its defaults are the recipe
    config.model = ModelConfig::large();
    config.common.fp16 = true;
    config.dataset.referenceBatching = true;
    return config;
}

TrainingConfig large()
{
    auto config = fairseqLarge();
    config.common.fp16 = false;
    config.dataset.referenceBatching = false;
    config.checkpoint.keepIntervalUpdatesPattern = 50000;
    return config;
}

TrainingConfig base()
{
    auto config = large();
    config.model = ModelConfig::base();
    config.model.numNegatives = 10; // as in the paper; fairseq's architecture function says 1
    return config;
}

/// A few minutes on two cores, and more than the class prior learned: to try the program out.
TrainingConfig tiny()
{
    TrainingConfig config;
    config.model = ModelConfig::tiny();
    config.task.maxSampleSize = 20000;
    config.task.validPercent = 0.05;
    config.dataset.maxTokens = 160000;
    config.dataset.validateIntervalUpdates = 100;
    config.optimization.maxUpdate = 1500;
    config.optimization.lr = 0.001;
    config.lrScheduler.warmupUpdates = 100;
    config.lrScheduler.minLr = 1e-5;
    config.checkpoint.saveIntervalUpdates = 100;
    return config;
}

struct Preset {
    std::string_view name;
    TrainingConfig (*make)();
};

constexpr std::array<Preset, 4> kPresets = {
    {{"base", base}, {"large", large}, {"tiny", tiny}, {"fairseq-large", fairseqLarge}}};

} // namespace

std::vector<std::string> presetNames()
{
    std::vector<std::string> names;
    names.reserve(kPresets.size());
    for (const auto& preset : kPresets)
        names.emplace_back(preset.name);
    return names;
}

Result<TrainingConfig> presetConfig(std::string_view name)
{
    std::string known;
    for (const auto& preset : kPresets) {
        if (preset.name == name)
            return preset.make();
        known += (known.empty() ? "" : ", ") + std::string(preset.name);
    }
    return Error{"there is no preset \"" + std::string(name) + "\"; there are " + known};
}

} // namespace phono
