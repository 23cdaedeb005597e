#include "app/recording/export_job.h"

#include <algorithm>

namespace phono {
namespace {

Result<void> writeReady(const DocumentFeature& feature, FeatureSink& sink, const Progress& progress)
{
    constexpr std::int64_t kBlockFrames = 1024;
    const FeatureMatrix& values = feature.values;
    if (const auto begun = sink.begin(feature.info, values.frames()); !begun)
        return begun;
    for (std::int64_t first = 0; first < values.frames(); first += kBlockFrames) {
        if (progress.cancelled())
            return Error::cancelled();
        const std::int64_t count = std::min(kBlockFrames, values.frames() - first);
        const std::span rows(values.data() + first * values.channels(),
                             static_cast<std::size_t>(count * values.channels()));
        if (const auto written = sink.write(first, rows); !written)
            return written;
        progress("writing " + feature.info.name,
                 static_cast<double>(first + count) / static_cast<double>(values.frames()));
    }
    return {};
}

Computation computationOf(const ExtractorBackend& backend)
{
    return {backend.device,  backend.precision, backend.kernel,
            backend.threads, backend.note,      backend.libtorch};
}

/// `progress` as the part from `begin` to `end` of the whole.
Progress part(const Progress& progress, double begin, double end)
{
    return {[&progress, begin, end](std::string_view stage, double fraction) {
                progress(stage, begin + (end - begin) * fraction);
            },
            progress.stop};
}

} // namespace

ExportInput exportInput(const Document& document, std::shared_ptr<const Model> model)
{
    ExportInput input{document.audio(), document.waveform(), {}, std::move(model)};
    for (const FeatureInfo& info : document.offeredFeatures()) {
        const DocumentFeature feature = document.feature(QString::fromStdString(info.name));
        if (feature.complete())
            input.ready.push_back(feature);
    }
    return input;
}

Result<std::vector<std::filesystem::path>> runExport(const ExportInput& input,
                                                     const ExportOptions& options,
                                                     const std::string& commandLine,
                                                     const Progress& progress)
{
    // First of all: what cannot be traced to its recording need not be computed.
    constexpr double kHashing = 0.05;
    AudioInfo audio = input.audio;
    auto hash = hashAudio(audio, part(progress, 0, kHashing));
    if (!hash)
        return hash.error();
    audio.sha256 = std::move(*hash);

    const Model& model = *input.model;
    auto files = FeatureExport::create(options, model.checkpoint.config.encoderReceptiveField());
    if (!files)
        return files.error();

    std::vector<FeatureRequest> missing;
    const double each = (1 - kHashing) / static_cast<double>(options.features.size());
    double done = kHashing;
    for (const std::string& name : options.features) {
        const auto ready =
            std::find_if(input.ready.begin(), input.ready.end(),
                         [&](const auto& feature) { return feature.info.name == name; });
        if (ready == input.ready.end()) {
            missing.push_back({name, files->sink(name)});
            continue;
        }
        const auto written =
            writeReady(*ready, *files->sink(name), part(progress, done, done + each));
        if (!written)
            return written.error();
        done += each;
    }
    if (!missing.empty()) {
        const auto computed =
            model.engine->extract(input.waveform, missing, part(progress, done, 1));
        if (!computed)
            return computed.error();
    }
    const ExportOrigin origin{std::move(audio), input.waveform.size(), model.checkpoint,
                              computationOf(model.backend), commandLine};
    if (const auto committed = files->commit(origin); !committed)
        return committed.error();
    return files->files();
}

} // namespace phono
