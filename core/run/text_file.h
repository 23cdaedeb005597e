#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace phono {

/// The whole file. Fails when it has more than `limit` bytes.
Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limit);
/// Replaces the file at once or not at all.
Result<void> replaceTextFile(const std::filesystem::path& path, std::string_view text);

} // namespace phono
