#include "core/run/config_field.h"

#include "core/run/field_tables.h"
#include "core/run/nearest_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace phono {
namespace {

std::vector<ConfigField> makeFields()
{
    std::vector<ConfigField> fields;
    appendDataFields(fields);
    appendModelFields(fields);
    appendTrainingFields(fields);
    return fields;
}

std::string tomlText(double number)
{
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    std::string text(digits.data(), end);
    // Without a point or an exponent, TOML would read a whole number.
    if (text.find_first_of(".en") == std::string::npos)
        text += ".0";
    return text;
}

std::string tomlText(const std::string& text)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (quoted += '\\') += c;
        else if (c == '\n')
            quoted += "\\n";
        else if (byte < 0x20 || byte == 0x7F)
            ((quoted += "\\u00") += kDigits[byte >> 4]) += kDigits[byte & 15];
        else
            quoted += c;
    }
    return quoted += '"';
}

} // namespace

std::span<const ConfigField> configFields()
{
    static const auto fields = makeFields();
    return fields;
}

const ConfigField* findConfigField(std::string_view name)
{
    static const auto byName = [] {
        std::map<std::string, const ConfigField*, std::less<>> fields;
        for (const auto& field : configFields())
            fields.emplace(field.name(), &field);
        return fields;
    }();
    const auto found = byName.find(name);
    return found == byName.end() ? nullptr : found->second;
}

Error unknownKey(const std::string& name)
{
    const auto key = name.substr(name.rfind('.') + 1);
    std::vector<std::string> names;
    std::string best;
    for (const auto& field : configFields()) {
        names.push_back(field.name());
        if (field.key == key)
            best = field.name(); // the right key in the wrong section
    }
    if (best.empty())
        best = nearestName(name, names);
    auto message = "unknown key " + name;
    if (!best.empty())
        message += "; did you mean " + best + "?";
    return Error{message};
}

std::string tomlText(const FieldValue& value)
{
    struct Visitor {
        std::string operator()(std::monostate) const { return "\"none\""; }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return tomlText(number); }
        std::string operator()(const std::string& text) const { return tomlText(text); }
        std::string operator()(const std::vector<double>& numbers) const
        {
            std::string text;
            for (const double number : numbers)
                text += (text.empty() ? "" : ", ") + tomlText(number);
            return "[" + text + "]";
        }
    };
    return std::visit(Visitor(), value);
}

std::vector<ConfigDifference> differences(const TrainingConfig& a, const TrainingConfig& b)
{
    std::vector<ConfigDifference> found;
    for (const auto& field : configFields()) {
        auto first = field.value(a);
        auto second = field.value(b);
        if (first != second)
            found.push_back({&field, std::move(first), std::move(second)});
    }
    return found;
}

} // namespace phono
