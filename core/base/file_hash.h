#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace phono {

/// Tells whether a file may have changed.
struct FileStamp {
    std::int64_t bytes = 0;
    std::int64_t modified = 0; ///< nanoseconds since 1970
    bool operator==(const FileStamp&) const = default;
};
/// Of an open file; nothing if that cannot be told.
std::optional<FileStamp> stampOfDescriptor(int descriptor);

/// SHA-256 of the whole file's bytes, as 64 lower-case hexadecimal digits.
///
/// Reads in small pieces; reports under the stage "hashing" and can be cancelled.
Result<std::string> sha256OfFile(const std::filesystem::path& path, const Progress& progress = {});
/// The same of a file that was read when it had this stamp; an error if it has another now.
Result<std::string> sha256OfUnchangedFile(const std::filesystem::path& path, const FileStamp& stamp,
                                          const Progress& progress = {});
/// The same of a file that is open already, so that it is surely the one that was read. Its
/// position does not matter and is not moved; `path` only stands in messages.
Result<std::string> sha256OfDescriptor(int descriptor, const std::filesystem::path& path,
                                       const Progress& progress = {});

} // namespace phono
