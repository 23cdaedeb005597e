#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_fields.h"
#include "core/run/training_config.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

enum class FieldKind {
    Flag,
    Whole, ///< in [least, most]
    Number, ///< in [least, most]
    Numbers, ///< `count` of them if that is not 0, each in [least, most]
    Text,
    Word, ///< one of `words`
};

/// One setting of a training run: what it is called, what it means, what it may be.
///
/// The table of them reads and writes files, fills forms and explains itself.
struct ConfigField {
    std::string section;
    std::string key;
    FieldKind kind = FieldKind::Text;
    std::string meaning; ///< one line
    std::string
        reference; ///< fairseq's default as it would be written; empty if it has no such key
    double least = 0;
    double most = 0;
    std::size_t count = 0;
    std::vector<std::string> words;
    bool optional = false; ///< may be "none"

    bool ours() const { return reference.empty(); }
    std::string name() const { return section + "." + key; }

    std::function<FieldValue(const TrainingConfig&)> value;
    /// Fails with only what is wrong: "expected a whole number from 1 to 64, not \"many\"". Takes
    /// fairseq's spellings too: one number in a list, numbers or a flag as text.
    std::function<Result<void>(TrainingConfig&, const FieldValue&)> assign;
};

/// All fields, section by section, in the order in which they are written.
std::span<const ConfigField> configFields();
/// By "section.key"; null if there is none.
const ConfigField* findConfigField(std::string_view name);
/// "unknown key dataset.max_token; did you mean dataset.max_tokens?"
Error unknownKey(const std::string& name);

/// As TOML writes it: true, 0.5, "relu", [0.9, 0.999]; what is not set is "none".
std::string tomlText(const FieldValue& value);

/// A field in which two configurations differ.
struct ConfigDifference {
    const ConfigField* field = nullptr;
    FieldValue a;
    FieldValue b;
};
std::vector<ConfigDifference> differences(const TrainingConfig& a, const TrainingConfig& b);

} // namespace phono
