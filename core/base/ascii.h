#pragma once

#include <algorithm>
#include <string>

namespace phono {

/// A to Z become a to z, whatever the locale; other bytes stay.
inline std::string asciiLower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

} // namespace phono
