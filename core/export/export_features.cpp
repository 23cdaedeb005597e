#include "core/export/export_features.h"

#include <utility>

namespace phono {
namespace {

Computation computationOf(const ExtractorBackend& backend)
{
    return {backend.device,  backend.precision, backend.kernel,
            backend.threads, backend.note,      backend.libtorch};
}

} // namespace

Result<std::vector<std::filesystem::path>>
exportFeatures(Extractor& extractor, const Checkpoint& checkpoint, const Recording& recording,
               const ExportOptions& options, const std::string& commandLine,
               const Progress& progress)
{
    auto files = FeatureExport::create(options, checkpoint.config.encoderReceptiveField());
    if (!files)
        return files.error();
    std::vector<FeatureRequest> requests;
    for (const std::string& feature : options.features)
        requests.push_back({feature, files->sink(feature)});
    if (auto extracted = extractor.extract(*recording.samples, requests, progress); !extracted)
        return extracted.error();
    const ExportOrigin origin = {recording.info, recording.samples->size(), checkpoint,
                                 computationOf(extractor.backend()), commandLine};
    if (auto committed = files->commit(origin); !committed)
        return committed.error();
    return files->files();
}

} // namespace phono
