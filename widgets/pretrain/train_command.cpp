#include "widgets/pretrain/train_command.h"

#include "core/export/export_command.h"

#include <string>
#include <vector>

namespace phono {

std::string plainText(const FieldValue& value)
{
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : tomlText(value);
}

QString trainCommand(const QString& presetName, const TrainingConfig& preset,
                     const TrainingConfig& config, const std::filesystem::path& run)
{
    std::vector<std::string> words = {"phonoscope-cli", "train", "--preset",
                                      presetName.toStdString()};
    const auto add = [&](const char* option, const std::string& value) {
        words.insert(words.end(), {option, value});
    };
    if (!config.task.data.empty())
        add("--data", config.task.data);
    if (!config.task.valid.empty())
        add("--valid", config.task.valid);
    add("--run", run.string());
    if (config.common.device != preset.common.device)
        add("--device", config.common.device);
    const bool samePrecision =
        config.common.bf16 == preset.common.bf16 && config.common.fp16 == preset.common.fp16;
    if (!samePrecision)
        add("--precision", config.common.bf16 ? "bf16" : config.common.fp16 ? "fp16" : "fp32");
    for (const ConfigDifference& difference : differences(preset, config)) {
        const std::string name = difference.field->name();
        if (name != "task.data" && name != "task.valid" && name != "common.device"
            && name != "common.bf16" && name != "common.fp16")
            add("--set", name + "=" + plainText(difference.b));
    }
    return QString::fromStdString(shellCommand(words));
}

} // namespace phono
