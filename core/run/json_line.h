#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phono {

/// Builds one line of JSON, an object, field by field.
class JsonLine {
public:
    JsonLine()
        : m_text("{")
    {
    }

    /// Seconds since 1970, to the millisecond.
    void time(std::string_view key, double seconds);
    /// As short as it reads back to the precision of a float; null if it is not finite.
    void number(std::string_view key, double value);
    /// A template, so that no other kind of number becomes a whole one unseen.
    template <std::integral Whole>
    void whole(std::string_view key, Whole value)
    {
        appendKey(key);
        m_text += std::to_string(value);
    }
    void flag(std::string_view key, bool value);
    /// What is no UTF-8 is replaced.
    void text(std::string_view key, std::string_view value);
    void numbers(std::string_view key, const std::vector<double>& values);
    void wholes(std::string_view key, const std::vector<std::int64_t>& values);
    /// Texts that would make the line longer than `limit` bytes are left out.
    void texts(std::string_view key, const std::vector<std::string>& values, std::size_t limit);
    void beginObject(std::string_view key);
    void endObject() { m_text += '}'; }

    /// The line, without a newline. The last call.
    std::string finish() &&
    {
        m_text += '}';
        return std::move(m_text);
    }

private:
    void appendKey(std::string_view key);
    void appendNumber(double value);

    std::string m_text;
};

} // namespace phono
