#include "core/model/seeded_model.h"

#include "core/model/graph.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <map>

namespace phono {
namespace {

using Shape = std::vector<std::int64_t>;

/// Draws a model's weights from torch's default generator in the order in which fairseq's modules
/// are constructed, which is not everywhere the order of the state dict.
class Initializer {
public:
    explicit Initializer(const ModelConfig& config)
        : m_config(config)
    {
    }

    std::map<std::string, Tensor> draw()
    {
        encoder();
        if (m_config.vqType == VqType::Gumbel)
            gumbelQuantizer();
        else if (m_config.vqType == VqType::KMeans)
            kMeansQuantizer();
        aggregator("feature_aggregator");
        heads();
        if (m_config.projectFeatures == ProjectFeatures::New)
            aggregator("project_features");
        return std::move(m_tensors);
    }

private:
    void encoder()
    {
        std::int64_t channels = 1;
        for (std::size_t i = 0; i < m_config.convFeatureLayers.size(); ++i) {
            const auto& layer = m_config.convFeatureLayers[i];
            const auto prefix = "feature_extractor.conv_layers." + std::to_string(i);
            convolution(prefix + ".0", {layer.dim, channels, layer.kernel}, false);
            norm(prefix + ".2", layer.dim);
            channels = layer.dim;
        }
    }
    void gumbelQuantizer()
    {
        const std::int64_t width = m_config.encoderDim();
        const std::int64_t groups = m_config.vqGroups;
        const auto outputs = groups * m_config.vqVars;
        add("vector_quantizer.vars",
            at::empty({1, m_config.combineGroups ? m_config.vqVars : outputs,
                       m_config.quantizedDim() / groups})
                .uniform_());
        const std::string name = "vector_quantizer.weight_proj";
        if (m_config.vqDepth == 1) {
            linear(name, outputs, width); // drawn anew at once, as by the reference
            set(name + ".weight", at::empty({outputs, width}).normal_());
            set(name + ".bias", at::zeros({outputs}));
            return;
        }
        const auto inner = 2 * width;
        for (int i = 0; i + 1 < m_config.vqDepth; ++i)
            linear(name + "." + std::to_string(i) + ".0", inner, i == 0 ? width : inner);
        linear(name + "." + std::to_string(m_config.vqDepth - 1), outputs, inner);
    }
    void kMeansQuantizer()
    {
        const std::int64_t width = m_config.encoderDim();
        const std::int64_t groups = m_config.vqGroups;
        const std::string prefix = "vector_quantizer.";
        add(prefix + "embedding",
            at::randn({m_config.vqVars, m_config.combineGroups ? 1 : groups,
                       m_config.quantizedDim() / groups})
                * 0.01);
        convolution(prefix + "projection.0", {width, width / groups, 1}, false);
        add(prefix + "projection.1.weight", at::ones({width}));
        add(prefix + "projection.1.bias", at::zeros({width}));
    }
    void aggregator(const std::string& module)
    {
        if (m_config.aggregator == Aggregator::Gru) {
            recurrence(module + ".1");
            return;
        }
        std::int64_t channels = m_config.encoderDim();
        for (std::size_t i = 0; i < m_config.convAggregatorLayers.size(); ++i) {
            const auto& layer = m_config.convAggregatorLayers[i];
            const auto number = std::to_string(i);
            const auto prefix = module + ".conv_layers." + number;
            if (m_config.skipConnectionsAgg && channels != layer.dim)
                convolution(module + ".residual_proj." + number, {layer.dim, channels, 1}, false);
            convolution(prefix + ".1", {layer.dim, channels, layer.kernel}, !m_config.noConvBias);
            norm(prefix + ".3", layer.dim);
            channels = layer.dim;
        }
    }
    void recurrence(const std::string& prefix)
    {
        const std::int64_t hidden = m_config.gruDim;
        const auto fan = static_cast<double>(hidden);
        uniform(prefix + ".weight_ih_l0", {3 * hidden, m_config.encoderDim()}, fan);
        uniform(prefix + ".weight_hh_l0", {3 * hidden, hidden}, fan);
        uniform(prefix + ".bias_ih_l0", {3 * hidden}, fan);
        uniform(prefix + ".bias_hh_l0", {3 * hidden}, fan);
    }
    void heads()
    {
        // A transposed convolution counts its fan-in over the second dimension.
        const std::string name = "wav2vec_predictions.project_to_steps";
        const Shape shape{m_config.contextDim(), m_config.encoderDim(), 1,
                          m_config.predictionSteps};
        const double fanIn = static_cast<double>(shape[1]) * m_config.predictionSteps;
        uniform(name + ".weight", shape, fanIn);
        uniform(name + ".bias", {shape[1]}, fanIn);
    }

    void convolution(const std::string& name, const Shape& shape, bool bias)
    {
        const double fanIn = static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
        uniform(name + ".weight", shape, fanIn);
        if (bias)
            uniform(name + ".bias", {shape[0]}, fanIn);
    }
    void linear(const std::string& name, std::int64_t out, std::int64_t in)
    {
        uniform(name + ".weight", {out, in}, static_cast<double>(in));
        uniform(name + ".bias", {out}, static_cast<double>(in));
    }
    /// kaiming_uniform with a = sqrt 5 comes to U(-1/sqrt(fan in), 1/sqrt(fan in)).
    void uniform(const std::string& name, const Shape& shape, double fanIn)
    {
        const double bound = 1 / std::sqrt(fanIn);
        add(name, at::empty(shape, at::kFloat).uniform_(-bound, bound));
    }
    void norm(const std::string& name, std::int64_t channels)
    {
        if (m_config.nonAffineGroupNorm)
            return;
        add(name + ".weight", at::ones({channels}));
        add(name + ".bias", at::zeros({channels}));
    }
    void add(const std::string& name, const at::Tensor& values)
    {
        const auto* data = values.data_ptr<float>();
        m_tensors.emplace(
            name, Tensor::fromFloat(name, values.sizes().vec(), {data, data + values.numel()}));
    }
    void set(const std::string& name, const at::Tensor& values)
    {
        m_tensors.erase(name);
        add(name, values);
    }

    const ModelConfig& m_config;
    std::map<std::string, Tensor> m_tensors;
};

} // namespace

Result<Checkpoint> seededModel(const ModelConfig& config, std::uint64_t seed)
{
    if (auto valid = config.validate(); !valid)
        return valid.error();
    return withTorch<Checkpoint>("the model cannot be initialised", [&]() -> Result<Checkpoint> {
        const c10::InferenceMode guard;
        at::manual_seed(seed);
        const auto drawn = Initializer(config).draw();
        Checkpoint checkpoint;
        checkpoint.config = config;
        checkpoint.layout = "seeded";
        checkpoint.provenance = {{"training", "untrained"}, {"seed", std::to_string(seed)}};
        for (const auto& [name, shape] : expectedTensors(config)) {
            auto tensor = drawn.at(firstName(name, config));
            tensor.name = name;
            checkpoint.tensors.push_back(std::move(tensor));
        }
        return checkpoint;
    });
}

} // namespace phono
