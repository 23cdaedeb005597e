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

} // namespace

std::vector<std::pair<std::string, NamedFields>> referenceSettings(const TrainingConfig& config)
{
    std::vector<std::pair<std::string, NamedFields>> sections;
    for (const auto& field : configFields()) {
        if (field.section == "model" || field.ours() || field.key == "_name")
            continue;
        auto section =
            std::ranges::find(sections, field.section, &std::pair<std::string, NamedFields>::first);
        if (section == sections.end())
            section =
                sections.insert(sections.end(), {field.section, kindOf(field.section, config)});
        section->second.emplace_back(field.key, referenceForm(field, field.value(config)));
    }
    return sections;
}

} // namespace phono
