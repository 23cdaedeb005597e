#include "core/checkpoint/printable.h"

#include <cstdint>

namespace phono {
namespace {

/// Bytes of the well-formed UTF-8 character at the front of `text` (RFC 3629), 0 if there is none.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint8_t>(text[i]);
    };
    const auto first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    const bool beyond = first == 0xf4 && byte(1) > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

bool isControl(std::string_view character)
{
    const auto first = static_cast<std::uint8_t>(character[0]);
    if (character.size() == 1)
        return first < 0x20 || first == 0x7f;
    return character.size() == 2 && first == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0;
}

} // namespace

std::string printable(std::string_view text, std::size_t limit)
{
    std::string shown;
    while (!text.empty()) {
        if (shown.size() >= limit)
            return shown + "…";
        const auto length = characterLength(text);
        if (length == 0 || isControl(text.substr(0, length)))
            shown += '?';
        else
            shown += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return shown;
}

std::string printableList(const std::vector<std::string>& texts)
{
    constexpr std::size_t kShown = 5;
    std::string list;
    for (std::size_t i = 0; i < texts.size() && i < kShown; ++i)
        list += (i == 0 ? "" : ", ") + printable(texts[i]);
    if (texts.size() > kShown)
        list += " and " + std::to_string(texts.size() - kShown) + " more";
    return list;
}

} // namespace phono
