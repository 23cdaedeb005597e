#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace phono {

/// SHA-256 of the whole file's bytes, as 64 lower-case hexadecimal digits.
///
/// Reads in small pieces; reports under the stage "hashing" and can be cancelled.
Result<std::string> sha256OfFile(const std::filesystem::path& path, const Progress& progress = {});
/// The same of a file that is open already, so that it is surely the one that was read. Its
/// position does not matter and is not moved; `path` only stands in messages.
Result<std::string> sha256OfDescriptor(int descriptor, const std::filesystem::path& path,
                                       const Progress& progress = {});

} // namespace phono
