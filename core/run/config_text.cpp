#include "core/run/config_text.h"

#include "core/run/config_field.h"
#include "core/run/nearest_name.h"
#include "core/run/text_file.h"
#include "core/run/toml_document.h"

#include <algorithm>
#include <array>

namespace phono {
namespace {

/// A `_name` that fairseq writes into its sections, where it says nothing new.
struct FixedName {
    std::string_view name;
    std::string_view value;
};
constexpr std::array<FixedName, 5> kFixedNames = {{{"model._name", "wav2vec"},
                                                   {"criterion._name", "wav2vec"},
                                                   {"optimizer._name", "adam"},
                                                   {"task._name", "audio_pretraining"},
                                                   {"task._name", "speech_pretraining"}}};

std::optional<FieldValue> listOf(const toml::array& array)
{
    std::vector<double> numbers;
    for (const auto& item : array) {
        if (!item.is_number())
            return std::nullopt;
        numbers.push_back(*item.value<double>());
    }
    return numbers;
}

/// Nothing for what no field can be, such as dates.
std::optional<FieldValue> valueOf(const toml::node& node)
{
    if (const auto* flag = node.as_boolean())
        return flag->get();
    if (const auto* whole = node.as_integer())
        return whole->get();
    if (const auto* number = node.as_floating_point())
        return number->get();
    if (const auto* text = node.as_string())
        return text->get();
    if (const auto* array = node.as_array())
        return listOf(*array);
    return std::nullopt;
}

Result<void> assign(TrainingConfig& config, const std::string& name, const FieldValue& value)
{
    bool fixed = false;
    for (const auto& known : kFixedNames) {
        if (known.name == name && value == FieldValue(std::string(known.value)))
            return {};
        fixed = fixed || known.name == name;
    }
    if (fixed)
        return Error{name + ": " + tomlText(value) + " cannot be trained"};
    const auto* field = findConfigField(name == "model.infonce" ? "criterion.infonce" : name);
    if (!field)
        return unknownKey(name);
    if (const auto done = field->assign(config, value); !done)
        return Error{name + ": " + done.error().message};
    config.model.infonce = config.criterion.infonce;
    return {};
}

/// Reads the sections of a file into a configuration.
class SectionReader {
public:
    SectionReader(const std::string& sourceName, TrainingConfig& config)
        : m_sourceName(sourceName)
        , m_config(config)
    {
    }

    Result<void> read(const toml::table& file)
    {
        for (const auto& [name, node] : file) {
            const std::string section(name.str());
            const auto* keys = node.as_table();
            if (!isSection(section))
                return at(name, unknownSection(section, keys != nullptr));
            if (!keys)
                return at(name, Error{section + " is a section: write [" + section + "]"});
            for (const auto& [key, value] : *keys)
                if (auto done = readKey(section + "." + std::string(key.str()), key, value); !done)
                    return done;
        }
        return {};
    }

private:
    static bool isSection(const std::string& name)
    {
        const auto fields = configFields();
        return std::ranges::find(fields, name, &ConfigField::section) != fields.end();
    }

    static Error unknownSection(const std::string& name, bool table)
    {
        if (!table)
            return unknownKey(name);
        std::vector<std::string> sections;
        for (const auto& field : configFields())
            if (sections.empty() || sections.back() != field.section)
                sections.push_back(field.section);
        const auto nearest = nearestName(name, sections);
        return Error{"unknown section [" + name + "]"
                     + (nearest.empty() ? "" : "; did you mean [" + nearest + "]?")};
    }

    Result<void> readKey(const std::string& name, const toml::key& key, const toml::node& node)
    {
        const auto value = valueOf(node);
        if (!value)
            return at(key,
                      Error{name + ": expected a flag, a number, a text or a list of numbers"});
        const auto done = assign(m_config, name, *value);
        return done ? done : at(key, done.error());
    }

    Error at(const toml::key& key, const Error& error) const
    {
        return Error{m_sourceName + ", line " + std::to_string(key.source().begin.line) + ": "
                     + error.message};
    }

    const std::string& m_sourceName;
    TrainingConfig& m_config;
};

} // namespace

Result<TrainingConfig> parseTrainingConfig(std::string_view text, const std::string& sourceName,
                                           const TrainingConfig& base)
{
    const auto file = parseToml(text, sourceName);
    if (!file)
        return file.error();
    auto config = base;
    if (auto done = SectionReader(sourceName, config).read(*file); !done)
        return done.error();
    const auto inModel = (*file)["model"]["infonce"].value<bool>();
    const auto inCriterion = (*file)["criterion"]["infonce"].value<bool>();
    if (inModel && inCriterion && *inModel != *inCriterion)
        return Error{sourceName
                     + ": criterion.infonce and model.infonce contradict each other; "
                       "leave the latter out"};
    return config;
}

Result<TrainingConfig> readTrainingConfig(const std::filesystem::path& path)
{
    const auto text = readTextFile(path, kLongestToml);
    if (!text)
        return text.error();
    return parseTrainingConfig(*text, path.string(), *presetConfig("large"));
}

Result<void> setField(TrainingConfig& config, std::string_view name, std::string_view value)
{
    const auto* field = findConfigField(name);
    const bool plain = !field || field->kind == FieldKind::Text || field->kind == FieldKind::Word;
    const bool bare = plain && !value.starts_with('"') && !value.starts_with('\'');
    // "none", "True" and "(0.9, 0.999)" are no TOML, but are understood as texts.
    FieldValue read = std::string(value);
    if (!bare && value.find('\n') == std::string_view::npos) {
        const auto file = parseToml("value = " + std::string(value), "");
        const auto* node = file ? file->get("value") : nullptr;
        if (const auto parsed = node && file->size() == 1 ? valueOf(*node) : std::nullopt)
            read = *parsed;
    }
    return assign(config, std::string(name), read);
}

std::string toToml(const TrainingConfig& config)
{
    std::string text;
    std::string section;
    for (const auto& field : configFields()) {
        if (field.section != section) {
            text += (section.empty() ? "[" : "\n[") + field.section + "]\n";
            section = field.section;
        }
        text += "# " + field.meaning
            + (field.ours() ? " (not in fairseq)" : " (fairseq: " + field.reference + ")") + "\n"
            + field.key + " = " + tomlText(field.value(config)) + "\n";
    }
    return text;
}

} // namespace phono
