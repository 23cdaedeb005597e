#pragma once

#include "core/base/result.h"

#include <filesystem>

namespace phono {

/// Moves a file or a folder to the desktop's trash; an error leaves it where it is. For any thread.
Result<void> moveToTrash(const std::filesystem::path& path);

} // namespace phono
