#pragma once

#include "core/run/config_field.h"
#include "core/run/field_codec.h"

#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace phono {

/// The bounds of a number, both allowed.
struct Range {
    double least = 0;
    double most = std::numeric_limits<int>::max();
};

/// Appends the fields of one section of TrainingConfig, which is its member `Section`.
template <auto Section>
class SectionFields {
public:
    SectionFields(std::string name, std::vector<ConfigField>& into)
        : m_name(std::move(name))
        , m_into(into)
    {
    }

    /// `reference` is empty for a field that fairseq has not.
    template <auto Member>
    ConfigField& add(std::string key, std::string reference, std::string meaning, Range range = {})
    {
        ConfigField field;
        field.section = m_name;
        field.key = std::move(key);
        field.meaning = std::move(meaning);
        field.reference = std::move(reference);
        field.least = range.least;
        field.most = range.most;
        field.kind = kindOf(TrainingConfig().*Section.*Member);
        field.value = [](const TrainingConfig& config) {
            return encode(config.*Section.*Member);
        };
        // The finished field is the one in the table: words and counts come after add().
        field.assign = [name = field.name()](TrainingConfig& config,
                                             const FieldValue& value) -> Result<void> {
            const auto usual = normalized(*findConfigField(name), value);
            if (!usual)
                return usual.error();
            decode(*usual, config.*Section.*Member);
            return {};
        };
        return m_into.emplace_back(std::move(field));
    }

    template <auto Member>
    void addWord(std::string key, std::string reference, std::string meaning,
                 const std::vector<std::string>& words)
    {
        auto& field = add<Member>(std::move(key), std::move(reference), std::move(meaning));
        field.kind = FieldKind::Word;
        field.words = words;
    }

private:
    template <typename Value>
    static FieldKind kindOf(const Value&)
    {
        if constexpr (std::is_same_v<Value, bool>)
            return FieldKind::Flag;
        else if constexpr (std::is_integral_v<Value>)
            return FieldKind::Whole;
        else if constexpr (std::is_floating_point_v<Value>)
            return FieldKind::Number;
        else if constexpr (std::is_same_v<Value, std::string> || std::is_enum_v<Value>)
            return FieldKind::Text;
        else
            return FieldKind::Numbers;
    }

    std::string m_name;
    std::vector<ConfigField>& m_into;
};

} // namespace phono
