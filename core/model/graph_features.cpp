#include "core/model/graph_features.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>

namespace phono {
namespace {

/// The named feature as [frames, channels], on the device.
at::Tensor featureOf(const Graph::Output& output, const std::string& name)
{
    const auto rows = [](const at::Tensor& x) {
        return x[0].t().contiguous();
    };
    if (name == "z")
        return rows(output.z);
    if (name == "c")
        return rows(output.c);
    if (name == "zq")
        return rows(output.zq);
    if (name == "codes")
        return output.codes[0].to(at::kFloat).contiguous();
    const auto index = static_cast<std::size_t>(std::stoi(name.substr(3)));
    return rows(name.starts_with("enc") ? output.encoder.at(index) : output.aggregator.at(index));
}

} // namespace

Result<void> computeOnDevice(const Graph& graph, at::Device device, const SampleSource& audio,
                             std::span<const FeatureRequest> requests,
                             std::span<const FeatureInfo> offered, const Progress& progress)
{
    const c10::InferenceMode guard;
    auto samples = at::empty({1, audio.size()}, at::kFloat);
    if (auto read =
            audio.read(0, {samples.data_ptr<float>(), static_cast<std::size_t>(audio.size())});
        !read)
        return read;
    progress("computing z and c", 0);
    const bool layers = std::ranges::any_of(requests, [](const FeatureRequest& request) {
        return request.name.starts_with("enc") || request.name.starts_with("agg");
    });
    const auto output = graph.forward(samples.to(device), layers);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (progress.cancelled())
            return Error::cancelled();
        progress("copying features",
                 0.5 + 0.5 * static_cast<double>(i) / static_cast<double>(requests.size()));
        const auto rows = featureOf(output, requests[i].name).cpu();
        const auto info = std::ranges::find(offered, requests[i].name, &FeatureInfo::name);
        if (auto begun = requests[i].sink->begin(*info, rows.size(0)); !begun)
            return begun;
        const std::span values(rows.data_ptr<float>(), static_cast<std::size_t>(rows.numel()));
        if (auto written = requests[i].sink->write(0, values); !written)
            return written;
    }
    progress("done", 1);
    return {};
}

} // namespace phono
