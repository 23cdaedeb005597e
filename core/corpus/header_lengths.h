#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/path_list.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace phono {

/// How long recordings are, by their headers.
struct HeaderLengths {
    std::vector<std::int64_t> frames; ///< per file; 0 for those that failed
    std::vector<int> rates; ///< in Hz
    std::map<std::size_t, std::string> failures; ///< one sentence each, by file
};

/// Reads the headers in several threads. Where a header says nothing, the file is decoded; files
/// without samples count as failed. Fails only when cancelled.
Result<HeaderLengths> readHeaderLengths(const std::filesystem::path& root, const PathList& files,
                                        const Progress& progress);

} // namespace phono
