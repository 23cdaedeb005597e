#include "core/run/json_line.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace phono {
namespace {

std::string jsonText(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

void JsonLine::time(std::string_view key, double seconds)
{
    appendKey(key);
    if (!std::isfinite(seconds)) {
        m_text += "null";
        return;
    }
    std::array<char, 400> digits; // the largest double has 309 before the point
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seconds,
                                   std::chars_format::fixed, 3)
                         .ptr;
    m_text.append(digits.data(), end);
}

void JsonLine::number(std::string_view key, double value)
{
    appendKey(key);
    appendNumber(value);
}

void JsonLine::flag(std::string_view key, bool value)
{
    appendKey(key);
    m_text += value ? "true" : "false";
}

void JsonLine::text(std::string_view key, std::string_view value)
{
    appendKey(key);
    m_text += jsonText(value);
}

void JsonLine::numbers(std::string_view key, const std::vector<double>& values)
{
    appendKey(key);
    m_text += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0)
            m_text += ',';
        appendNumber(values[i]);
    }
    m_text += ']';
}

void JsonLine::wholes(std::string_view key, const std::vector<std::int64_t>& values)
{
    appendKey(key);
    m_text += '[';
    for (std::size_t i = 0; i < values.size(); ++i)
        m_text += (i > 0 ? "," : "") + std::to_string(values[i]);
    m_text += ']';
}

void JsonLine::texts(std::string_view key, const std::vector<std::string>& values,
                     std::size_t limit)
{
    appendKey(key);
    m_text += '[';
    bool first = true;
    for (const auto& value : values) {
        const auto text = jsonText(value);
        if (m_text.size() + text.size() + 4 > limit)
            break;
        m_text += (first ? "" : ",") + text;
        first = false;
    }
    m_text += ']';
}

void JsonLine::beginObject(std::string_view key)
{
    appendKey(key);
    m_text += '{';
}

void JsonLine::appendKey(std::string_view key)
{
    if (m_text.back() != '{')
        m_text += ',';
    m_text += '"';
    m_text += key;
    m_text += "\":";
}

void JsonLine::appendNumber(double value)
{
    if (!std::isfinite(value)) {
        m_text += "null";
        return;
    }
    if (value == 0)
        value = 0; // "-0" would read back as a whole number, which has no sign
    std::array<char, 32> digits;
    char* const begin = digits.data();
    char* const end = begin + digits.size();
    const auto narrow = static_cast<float>(value);
    const bool fits = std::isnormal(narrow) || value == 0;
    m_text.append(
        begin, fits ? std::to_chars(begin, end, narrow).ptr : std::to_chars(begin, end, value).ptr);
}

} // namespace phono
