#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <toml++/toml.h>

namespace phono {

/// In bytes.
inline constexpr std::size_t kLongestToml = std::size_t(1) << 20;

/// Foreign text as TOML; a mistake is named with its line.
Result<toml::table> parseToml(std::string_view text, const std::string& sourceName);

} // namespace phono
