#include "core/export/sidecar.h"

#include "core/base/sample_source.h"
#include "core/export/model_json.h"

#include <ctime>
#include <nlohmann/json.hpp>

namespace phono {
namespace {

using Json = nlohmann::ordered_json;

std::string utcNow()
{
    const std::time_t now = std::time(nullptr);
    std::tm parts = {};
    gmtime_r(&now, &parts);
    char text[sizeof "2026-01-31T23:59:59Z"] = {};
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::string absolutePath(const std::filesystem::path& path)
{
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(path, failed);
    return (failed ? path : absolute.lexically_normal()).string();
}

Json featureJson(const FeatureInfo& info, std::int64_t frames, int encoderReceptiveField)
{
    return {
        {"name", info.name},
        {"dtype", info.integers ? "int32" : "float32"},
        {"frames", frames},
        {"channels", info.channels},
        {"sample_rate_hz", kModelRate},
        {"hop_samples", info.hop},
        {"frames_per_second", static_cast<double>(kModelRate) / info.hop},
        {"receptive_field_samples", info.receptiveField},
        {"frame_window_samples", frameWindow(info, encoderReceptiveField)},
    };
}

Json audioJson(const AudioInfo& audio, std::int64_t modelSamples)
{
    return {
        {"path", absolutePath(audio.path)},
        {"sha256", audio.sha256},
        {"format", audio.format},
        {"sample_rate_hz", audio.sampleRate},
        {"channels", audio.channels},
        {"samples_per_channel", audio.frames},
        {"seconds", audio.seconds},
        {"dc_offset", audio.dcOffset},
        {"peak", audio.peak},
        {"done_to_it", audio.notes},
        {"warnings", audio.warnings},
        {"model_samples", modelSamples},
    };
}

Json checkpointJson(const Checkpoint& checkpoint)
{
    Json provenance = Json::object();
    for (const auto& [name, value] : checkpoint.provenance)
        provenance[name] = value;
    return {
        {"path", absolutePath(checkpoint.path)},     {"sha256", checkpoint.sha256},
        {"container", checkpoint.container},         {"layout", checkpoint.layout},
        {"provenance", std::move(provenance)},       {"warnings", checkpoint.warnings},
        {"architecture", toJson(checkpoint.config)},
    };
}

Json computationJson(const Computation& computation)
{
    return {
        {"device", computation.device}, {"precision", computation.precision},
        {"kernel", computation.kernel}, {"threads", computation.threads},
        {"note", computation.note},     {"libtorch", computation.libtorch},
    };
}

} // namespace

std::filesystem::path sidecarPath(const std::filesystem::path& file)
{
    auto path = file;
    path += ".json";
    return path;
}

std::string sidecarJson(const std::filesystem::path& file, ExportFormat format,
                        const FeatureInfo& info, std::int64_t frames, const ExportOrigin& origin)
{
    const int window = origin.checkpoint.config.encoderReceptiveField();
    const Json sidecar = {
        {"phonoscope_sidecar", 1},
        {"file", file.filename().string()},
        {"format", toString(format)},
        {"written_utc", utcNow()},
        {"program", "phonoscope " PHONO_VERSION},
        {"command_line", origin.commandLine},
        {"feature", featureJson(info, frames, window)},
        {"audio", audioJson(origin.audio, origin.modelSamples)},
        {"checkpoint", checkpointJson(origin.checkpoint)},
        {"computation", computationJson(origin.computation)},
    };
    return toText(sidecar);
}

} // namespace phono
