#include "core/model/extractor.h"

#include "core/model/graph_features.h"
#include "core/model/prepared_model.h"
#include "core/model/streaming_forward.h"
#include "core/model/tiles.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <optional>

namespace phono {
namespace {

/// Every feature that the architecture has, with its place in time.
std::vector<FeatureInfo> featuresOf(const ModelConfig& config)
{
    std::vector<FeatureInfo> layers;
    int hop = 1;
    int field = 1;
    const auto add = [&](const std::string& name, const ConvLayer& layer) {
        field += (layer.kernel - 1) * hop;
        hop *= layer.stride;
        layers.push_back({name, layer.dim, false, hop, field});
    };
    for (std::size_t i = 0; i < config.convFeatureLayers.size(); ++i)
        add("enc" + std::to_string(i), config.convFeatureLayers[i]);
    const FeatureInfo z{"z", config.encoderDim(), false, hop, field};
    std::vector<FeatureInfo> quantized;
    if (config.vqType != VqType::None)
        quantized = {{"zq", config.quantizedDim(), false, hop, field},
                     {"codes", config.vqGroups, true, hop, field}};
    if (config.aggregator == Aggregator::Cnn) {
        for (std::size_t i = 0; i < config.convAggregatorLayers.size(); ++i)
            add("agg" + std::to_string(i), config.convAggregatorLayers[i]);
    }
    std::vector<FeatureInfo> all = {z, {"c", config.contextDim(), false, hop, field}};
    all.insert(all.end(), quantized.begin(), quantized.end());
    all.insert(all.end(), layers.begin(), layers.end());
    return all;
}

Result<at::Device> chooseDevice(const std::string& name)
{
    if (name == "cpu")
        return at::Device(at::kCPU);
    if (name == "auto")
        return at::hasCUDA() && at::detail::getCUDAHooks().getNumGPUs() > 0
            ? at::Device(at::kCUDA, 0)
            : at::Device(at::kCPU);
    const auto devices = availableDevices();
    const auto wanted = name == "cuda" ? std::string("cuda:0") : name;
    if (std::ranges::find(devices, wanted) != devices.end())
        return at::Device(wanted);
    std::string list;
    for (const auto& device : devices)
        list += (list.empty() ? "" : ", ") + device;
    return Error{"the device \"" + name
                 + "\" cannot be used here; this LibTorch (" TORCH_VERSION ") offers: " + list};
}

} // namespace

struct Extractor::Impl {
    ModelConfig config;
    ExtractorBackend backend;
    ExtractorOptions options;
    std::vector<FeatureInfo> features;
    at::Device device = at::kCPU;
    std::shared_ptr<const PreparedModel> model; // on the processor
    std::optional<Graph> graph; // elsewhere, and
    std::optional<Checkpoint> weights; // there: to prepare `model` from when it is needed

    Result<void> check(const SampleSource& audio, std::span<const FeatureRequest> requests) const;
    /// Sets `model`.
    Result<KernelChoice> prepareModel(const Checkpoint& checkpoint);
    Result<void> prepareProcessor(const Checkpoint& checkpoint);
    Result<void> prepareGraph(const Checkpoint& checkpoint);
    Result<void> extractOnDevice(const SampleSource& audio,
                                 std::span<const FeatureRequest> requests,
                                 const Progress& progress) const;
};

Result<KernelChoice> Extractor::Impl::prepareModel(const Checkpoint& checkpoint)
{
    auto kernels = chooseKernel(options.precision, options.kernel);
    if (!kernels)
        return kernels;
    auto prepared = PreparedModel::create(checkpoint, *kernels);
    if (!prepared)
        return prepared.error();
    model = std::make_shared<const PreparedModel>(std::move(*prepared));
    return kernels;
}

Result<void> Extractor::Impl::prepareProcessor(const Checkpoint& checkpoint)
{
    const auto kernels = prepareModel(checkpoint);
    if (!kernels)
        return kernels.error();
    backend.threads = options.threads > 0 ? options.threads : physicalCores();
    backend.kernel = toString(kernels->kind);
    backend.precision = toString(kernels->precision);
    backend.note = kernels->note;
    return {};
}

Result<void> Extractor::Impl::prepareGraph(const Checkpoint& checkpoint)
{
    // TF32 keeps 10 bits of each factor: not what "fp32" promises.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    const bool half = options.precision == Precision::Bf16;
    graph.emplace(checkpoint, device, half ? at::kBFloat16 : at::kFloat);
    weights = checkpoint;
    backend.kernel = "libtorch";
    backend.precision = half ? "bf16" : "fp32";
    if (options.precision == Precision::Bf16x3)
        backend.note = "bf16x3 is for processors; this device computes in fp32";
    return {};
}

Result<void> Extractor::Impl::extractOnDevice(const SampleSource& audio,
                                              std::span<const FeatureRequest> requests,
                                              const Progress& progress) const
{
    try {
        return computeOnDevice(*graph, device, audio, requests, features, progress);
    } catch (const c10::Error& error) {
        // LibTorch 1.13 has no type of its own for this.
        if (std::string_view(error.what()).find("out of memory") == std::string_view::npos)
            throw;
        return Error{"the memory of " + backend.device + " is too small for "
                     + std::to_string(audio.size() / kModelRate)
                     + " s of audio; use the device cpu, which computes any length"};
    }
}

Result<void> Extractor::Impl::check(const SampleSource& audio,
                                    std::span<const FeatureRequest> requests) const
{
    for (const auto& request : requests) {
        if (std::ranges::find(features, request.name, &FeatureInfo::name) != features.end())
            continue;
        std::string names;
        for (const auto& feature : features)
            names += (names.empty() ? "" : ", ") + feature.name;
        return Error{"this model has no feature \"" + request.name + "\"; it offers " + names};
    }
    if (config.frames(audio.size()) < 1)
        return Error{"the recording has " + std::to_string(audio.size())
                     + " samples at 16 kHz, but one frame needs "
                     + std::to_string(config.encoderReceptiveField())};
    return {};
}

Extractor::Extractor(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}
Extractor::~Extractor() = default;
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;

Result<Extractor> Extractor::create(const Checkpoint& checkpoint, const ExtractorOptions& options)
{
    return withTorch<Extractor>("the model cannot be used", [&]() -> Result<Extractor> {
        auto device = chooseDevice(options.device);
        if (!device)
            return device.error();
        auto impl = std::make_unique<Impl>();
        impl->config = checkpoint.config;
        impl->options = options;
        impl->features = featuresOf(checkpoint.config);
        impl->device = *device;
        impl->backend.device = device->str();
        impl->backend.libtorch = TORCH_VERSION;
        auto prepared =
            device->is_cpu() ? impl->prepareProcessor(checkpoint) : impl->prepareGraph(checkpoint);
        if (!prepared)
            return prepared.error();
        return Extractor(std::move(impl));
    });
}

const ModelConfig& Extractor::config() const
{
    return m_impl->config;
}

const ExtractorBackend& Extractor::backend() const
{
    return m_impl->backend;
}

const std::vector<FeatureInfo>& Extractor::features() const
{
    return m_impl->features;
}

Result<void> Extractor::extract(const SampleSource& audio, std::span<const FeatureRequest> requests,
                                const Progress& progress)
{
    if (auto possible = m_impl->check(audio, requests); !possible)
        return possible;
    return withTorch<void>("the features cannot be computed", [&]() -> Result<void> {
        if (m_impl->graph)
            return m_impl->extractOnDevice(audio, requests, progress);
        // Each of our threads calls LibTorch by itself; it must not start threads of its own.
        at::set_num_threads(1);
        const auto needed = intermediateBytes(m_impl->config, audio.size());
        const bool fits = needed <= static_cast<std::int64_t>(m_impl->options.memoryLimit);
        return streamFeatures(*m_impl->model, audio, requests, m_impl->features,
                              fits ? RowStore::Place::Memory : RowStore::Place::File,
                              m_impl->backend.threads, progress);
    });
}

Result<LiveExtractor> Extractor::live()
{
    return withTorch<LiveExtractor>(
        "live features cannot be computed", [&]() -> Result<LiveExtractor> {
            if (!m_impl->model) {
                if (auto prepared = m_impl->prepareModel(*m_impl->weights); !prepared)
                    return prepared.error();
                m_impl->weights.reset(); // hundreds of megabytes that the model has now
            }
            return LiveExtractor::create(m_impl->model);
        });
}

std::vector<std::string> availableDevices()
{
    std::vector<std::string> devices = {"cpu"};
    const int gpus = at::hasCUDA() ? at::detail::getCUDAHooks().getNumGPUs() : 0;
    for (int i = 0; i < gpus; ++i)
        devices.push_back("cuda:" + std::to_string(i));
    return devices;
}

} // namespace phono
