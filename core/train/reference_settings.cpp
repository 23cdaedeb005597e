#include "core/train/reference_settings.h"

#include "core/run/config_field.h"

#include <algorithm>

namespace phono {
namespace {

/// What fairseq calls the kind of each section, where it has one.
NamedFields kindOf(const std::string& section, const TrainingConfig& config)
{
    const auto name = [](const std::string& text) {
        return NamedFields{{"_name", text}};
    };
    if (section == "task") {
        auto fields = name("audio_pretraining");
        fields.emplace_back("sample_rate", std::int64_t(16000));
        return fields;
    }
    if (section == "criterion")
        return name("wav2vec");
    if (section == "optimizer")
        return name("adam");
    if (section == "lr_scheduler")
        return name(config.lrScheduler.name);
    return {{"_name", {}}};
}

/// fairseq's own forms: a list of learning rates, betas as text.
FieldValue referenceForm(const ConfigField& field, FieldValue value)
{
    if (field.name() == "optimization.lr")
        return std::vector<double>{std::get<double>(value)};
    if (field.name() == "optimizer.adam_betas") {
        auto text = toString(value);
        text.front() = '(';
        text.back() = ')';
        return text;
    }
    return value;
}

/// Settings whose value here fairseq would read in another way: "no limit" is None there, and one
/// number of batches a list for every epoch.
bool isOurForm(const ConfigField& field, const FieldValue& value)
{
    const auto name = field.name();
    const auto* number = std::get_if<std::int64_t>(&value);
    const bool none = number && *number == 0;
    return name == "optimization.update_freq"
        || (none
            && (name == "dataset.batch_size" || name == "dataset.max_tokens"
                || name == "common.fp16_scale_window"));
}

} // namespace

std::vector<std::pair<std::string, NamedFields>> referenceSettings(const TrainingConfig& config)
{
    std::vector<std::pair<std::string, NamedFields>> sections;
    for (const auto& field : configFields()) {
        const auto value = field.value(config);
        if (field.section == "model" || field.ours() || field.key == "_name"
            || isOurForm(field, value))
            continue;
        auto section =
            std::ranges::find(sections, field.section, &std::pair<std::string, NamedFields>::first);
        if (section == sections.end())
            section =
                sections.insert(sections.end(), {field.section, kindOf(field.section, config)});
        section->second.emplace_back(field.key, referenceForm(field, value));
    }
    return sections;
}

} // namespace phono
