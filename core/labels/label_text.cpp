#include "core/labels/label_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <system_error>

namespace phono {
namespace {

constexpr std::uintmax_t kLargestFile = 256 << 20;
constexpr std::string_view kSpaces = " \t\v\f\r\n";
constexpr char32_t kReplacement = 0xFFFD;

void appendUtf8(std::string& text, char32_t c)
{
    if (c < 0x80) {
        text += static_cast<char>(c);
        return;
    }
    const int following = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr unsigned char kLead[] = {0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(kLead[following] | c >> 6 * following);
    for (int i = following - 1; i >= 0; --i)
        text += static_cast<char>(0x80 | (c >> 6 * i & 0x3F));
}

std::string fromUtf16(std::string_view bytes, bool bigEndian)
{
    const auto unit = [&](std::size_t i) {
        const auto first = static_cast<unsigned char>(bytes[i]);
        const auto second = static_cast<unsigned char>(bytes[i + 1]);
        return static_cast<char32_t>(bigEndian ? first << 8 | second : second << 8 | first);
    };
    std::string text;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        auto c = unit(i);
        if (c >= 0xD800 && c < 0xE000) {
            const bool pair = c < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >> 10 == 0x37;
            c = pair ? 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00) : kReplacement;
            i += pair ? 2 : 0;
        }
        appendUtf8(text, c);
    }
    return text;
}

std::string fromLatin1(std::string_view bytes)
{
    std::string text;
    for (const char c : bytes)
        appendUtf8(text, static_cast<unsigned char>(c));
    return text;
}

/// Bytes of the character at the front of `text`; 0 if it is none of UTF-8.
std::size_t utf8Length(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >> 5 == 0x06 ? 2
        : lead >> 4 == 0x0E                      ? 3
        : lead >> 3 == 0x1E                      ? 4
                                                 : 0;
    if (length == 0 || text.size() < length)
        return 0;
    char32_t c = lead & (0xFF >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if (next >> 6 != 2)
            return 0;
        c = c << 6 | (next & 0x3F);
    }
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool valid = c >= kLeast[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    return valid ? length : 0;
}

bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const auto length = utf8Length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

LabelText decoded(std::string bytes)
{
    using namespace std::string_view_literals;
    const std::string_view view = bytes;
    if (view.starts_with("\xFE\xFF"sv))
        return {fromUtf16(view.substr(2), true)};
    if (view.starts_with("\xFF\xFE"sv))
        return {fromUtf16(view.substr(2), false)};
    if (view.size() >= 4 && view[0] == 0 && view[1] != 0 && view[2] == 0 && view[3] != 0)
        return {fromUtf16(view, true)};
    if (view.size() >= 4 && view[0] != 0 && view[1] == 0 && view[2] != 0 && view[3] == 0)
        return {fromUtf16(view, false)};
    if (view.starts_with("\xEF\xBB\xBF"sv))
        bytes.erase(0, 3);
    if (isUtf8(bytes))
        return {std::move(bytes)};
    return {fromLatin1(bytes), true};
}

} // namespace

Result<LabelText> readLabelText(const std::filesystem::path& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error)
        return Error{error.message()};
    if (!std::filesystem::is_regular_file(status))
        return Error{"it is no regular file"};
    const auto size = std::filesystem::file_size(path, error);
    if (error)
        return Error{error.message()};
    if (size > kLargestFile)
        return Error{"it is larger than 256 MiB, which no label file is"};
    std::ifstream file(path, std::ios::binary);
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    if (file.bad() || !file.is_open())
        return Error{"it cannot be read"};
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return decoded(std::move(bytes));
}

std::vector<TextLine> linesOf(std::string_view text)
{
    std::vector<TextLine> lines;
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        lines.push_back({static_cast<int>(lines.size()) + 1, text.substr(0, end)});
        if (end == text.npos)
            break;
        text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    return lines;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(kSpaces);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string_view takeWord(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    const auto word = text.substr(0, text.find_first_of(kSpaces));
    text.remove_prefix(word.size());
    return word;
}

std::optional<double> numberIn(std::string_view text)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return {};
    return value;
}

} // namespace phono
