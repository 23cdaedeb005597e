#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace phono::cli {

/// One line of a manifest.
struct ManifestEntry {
    std::filesystem::path relativePath; ///< under Manifest::root, without ".."
    std::int64_t samples = 0; ///< as the manifest says, at the file's own rate
};

/// fairseq's list of recordings (SPEC 4): the root folder, then `relative/path<TAB>samples`.
struct Manifest {
    std::filesystem::path root;
    std::vector<ManifestEntry> entries;
    /// Lines that were refused, one sentence each; a long list is cut.
    std::vector<std::string> problems;
};

/// Fails when the file cannot be read or is no manifest. A relative root is meant from the current
/// folder, as fairseq does. The recordings themselves are not looked at.
Result<Manifest> readManifest(const std::filesystem::path& path);

} // namespace phono::cli
