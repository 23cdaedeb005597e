#pragma once

#include "core/audio/audio_file.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/export/feature_export.h"
#include "core/model/extractor.h"

#include <filesystem>
#include <string>
#include <vector>

namespace phono {

/// Computes features of one recording and writes them with their sidecars, streaming; what both the
/// command line and the window's export do. Returns the files written. Fails without leaving
/// anything behind, also when cancelled.
///
/// `checkpoint` is what `extractor` was made from; its tensors may have been dropped.
/// `commandLine` goes into the sidecars; the window passes exportCommand().
Result<std::vector<std::filesystem::path>>
exportFeatures(Extractor& extractor, const Checkpoint& checkpoint, const Recording& recording,
               const ExportOptions& options, const std::string& commandLine,
               const Progress& progress = {});

} // namespace phono
