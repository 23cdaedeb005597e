#pragma once

#include "app/engine/model_host.h"
#include "core/export/feature_export.h"
#include "widgets/document.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace phono {

/// All that an export needs of a document and its model, as values: for the inference lane.
struct ExportInput {
    AudioInfo audio;
    Waveform waveform;
    std::vector<DocumentFeature> ready; ///< complete features: written as they are
    std::shared_ptr<const Model> model;
};
ExportInput exportInput(const Document& document, std::shared_ptr<const Model> model);

/// Writes the features of `options` with their sidecars, computing those that are not ready.
/// Returns the files. Nothing is left behind when it fails or is cancelled.
Result<std::vector<std::filesystem::path>> runExport(const ExportInput& input,
                                                     const ExportOptions& options,
                                                     const std::string& commandLine,
                                                     const Progress& progress);

} // namespace phono
