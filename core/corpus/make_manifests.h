#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/corpus.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace phono {

/// What to list, where, and how to split it.
struct ManifestJob {
    std::filesystem::path folder;
    std::filesystem::path out; ///< a folder, made if missing
    FolderFilter filter = {};
    double validShare = 0.01; ///< of the recordings, in [0, 1]
    std::uint64_t seed = 42;
    bool force = false; ///< replaces manifests that exist
};

/// What was written.
struct MadeManifests {
    std::filesystem::path train;
    std::filesystem::path valid;
    std::size_t trainCount = 0;
    std::size_t validCount = 0;
    std::size_t leftOut = 0; ///< recordings
    std::vector<std::string> problems; ///< why, one sentence each; a long list is cut
};

/// Writes train.tsv and valid.tsv for the recordings of a folder, as fairseq's
/// wav2vec_manifest.py does, but sorted; see Corpus::fromFolder and Corpus::split. The lengths are
/// at the files' own rates. Names with tabs or line breaks, which a manifest cannot hold, are left
/// out. Both files appear, complete, or none.
Result<MadeManifests> makeManifests(const ManifestJob& job, const Progress& progress = {});

} // namespace phono
