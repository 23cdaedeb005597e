#include "core/run/field_codec.h"

#include "core/checkpoint/printable.h"

#include <algorithm>
#include <cmath>
#include <simdjson.h>

namespace phono {
namespace {

std::string boundsOf(const ConfigField& field)
{
    const auto word = [&](double bound) {
        return tomlText(field.kind == FieldKind::Whole
                            ? FieldValue(static_cast<std::int64_t>(bound))
                            : FieldValue(bound));
    };
    return " from " + word(field.least) + " to " + word(field.most);
}

std::string expectedOf(const ConfigField& field)
{
    const std::string orNone = field.optional ? " or \"none\"" : "";
    switch (field.kind) {
    case FieldKind::Flag:
        return "true or false";
    case FieldKind::Whole:
        return "a whole number" + boundsOf(field) + orNone;
    case FieldKind::Number:
        return "a number" + boundsOf(field) + orNone;
    case FieldKind::Numbers:
        return (field.count > 0 ? std::to_string(field.count) + " numbers" : "a list of numbers")
            + boundsOf(field);
    case FieldKind::Text:
        return "a text (UTF-8)";
    case FieldKind::Word:
        break;
    }
    std::string words;
    for (const auto& word : field.words)
        words += (words.empty() ? "" : " or ") + tomlText(FieldValue(word));
    return words;
}

bool inRange(const ConfigField& field, double number)
{
    return number >= field.least && number <= field.most;
}

std::optional<FieldValue> flagOf(const FieldValue& value)
{
    if (std::holds_alternative<bool>(value))
        return value;
    if (value == FieldValue(std::string("True")) || value == FieldValue(std::string("true")))
        return true;
    if (value == FieldValue(std::string("False")) || value == FieldValue(std::string("false")))
        return false;
    return std::nullopt;
}

std::optional<FieldValue> wholeOf(const ConfigField& field, const FieldValue& value)
{
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        if (inRange(field, static_cast<double>(*whole)))
            return value;
    } else if (const auto* number = std::get_if<double>(&value)) {
        if (inRange(field, *number) && *number == std::floor(*number))
            return static_cast<std::int64_t>(*number); // 4e5
    }
    return std::nullopt;
}

std::optional<FieldValue> numberOf(const ConfigField& field, const FieldValue& value)
{
    const auto* number = std::get_if<double>(&value);
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (!number && !whole)
        return std::nullopt;
    const double real = number ? *number : static_cast<double>(*whole);
    return inRange(field, real) ? std::optional<FieldValue>(real) : std::nullopt;
}

std::optional<FieldValue> numbersOf(const ConfigField& field, const FieldValue& value)
{
    std::vector<double> numbers;
    if (const auto* list = std::get_if<std::vector<double>>(&value))
        numbers = *list;
    else if (const auto* text = std::get_if<std::string>(&value); text && !text->empty())
        numbers = numbersIn(*text);
    else
        return std::nullopt;
    const bool nothing = numbers.empty() && !std::holds_alternative<std::vector<double>>(value);
    const bool sound =
        std::ranges::all_of(numbers, [&](double number) { return inRange(field, number); });
    if (nothing || !sound || (field.count > 0 && numbers.size() != field.count))
        return std::nullopt;
    return numbers;
}

std::optional<FieldValue> textOf(const ConfigField& field, const FieldValue& value)
{
    const auto* text = std::get_if<std::string>(&value);
    // What TOML cannot hold could not be read back when the run is resumed.
    if (!text || text->find('\0') != std::string::npos || !simdjson::validate_utf8(*text))
        return std::nullopt;
    if (field.kind == FieldKind::Word && std::ranges::count(field.words, *text) == 0)
        return std::nullopt;
    return value;
}

std::optional<FieldValue> usualForm(const ConfigField& field, const FieldValue& value)
{
    switch (field.kind) {
    case FieldKind::Flag:
        return flagOf(value);
    case FieldKind::Whole:
        return wholeOf(field, value);
    case FieldKind::Number:
        return numberOf(field, value);
    case FieldKind::Numbers:
        return numbersOf(field, value);
    case FieldKind::Text:
    case FieldKind::Word:
        break;
    }
    return textOf(field, value);
}

} // namespace

Result<FieldValue> normalized(const ConfigField& field, const FieldValue& value)
{
    const auto* text = std::get_if<std::string>(&value);
    const bool none = std::holds_alternative<std::monostate>(value)
        || (text && (*text == "none" || *text == "None"));
    if (field.optional && none)
        return FieldValue();
    const auto* list = std::get_if<std::vector<double>>(&value);
    const bool single = field.kind == FieldKind::Whole || field.kind == FieldKind::Number;
    const FieldValue one = single && list && list->size() == 1 ? FieldValue(list->front()) : value;
    if (auto usual = usualForm(field, one))
        return *std::move(usual);
    return Error{"expected " + expectedOf(field) + ", not " + printable(tomlText(value))};
}

} // namespace phono
