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
        std::int64_t channels = 1;
        for (std::size_t i = 0; i < m_config.convFeatureLayers.size(); ++i) {
            const auto& layer = m_config.convFeatureLayers[i];
            const auto prefix = "feature_extractor.conv_layers." + std::to_string(i);
            convolution(prefix + ".0", {layer.dim, channels, layer.kernel}, false);
            norm(prefix + ".2", layer.dim);
            channels = layer.dim;
        }
        for (std::size_t i = 0; i < m_config.convAggregatorLayers.size(); ++i) {
            const auto& layer = m_config.convAggregatorLayers[i];
            const auto number = std::to_string(i);
            const auto prefix = "feature_aggregator.conv_layers." + number;
            if (m_config.skipConnectionsAgg && channels != layer.dim)
                convolution("feature_aggregator.residual_proj." + number, {layer.dim, channels, 1},
                            false);
            convolution(prefix + ".1", {layer.dim, channels, layer.kernel}, !m_config.noConvBias);
            norm(prefix + ".3", layer.dim);
            channels = layer.dim;
        }
        // A transposed convolution counts its fan-in over the second dimension.
        const std::string heads = "wav2vec_predictions.project_to_steps";
        const Shape shape{channels, m_config.encoderDim(), 1, m_config.predictionSteps};
        const double fanIn = static_cast<double>(shape[1]) * m_config.predictionSteps;
        uniform(heads + ".weight", shape, fanIn);
        uniform(heads + ".bias", {shape[1]}, fanIn);
        return std::move(m_tensors);
    }

private:
    void convolution(const std::string& name, const Shape& shape, bool bias)
    {
        const double fanIn = static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
        uniform(name + ".weight", shape, fanIn);
        if (bias)
            uniform(name + ".bias", {shape[0]}, fanIn);
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

    const ModelConfig& m_config;
    std::map<std::string, Tensor> m_tensors;
};

} // namespace

Result<Checkpoint> seededModel(const ModelConfig& config, std::uint64_t seed)
{
    if (auto valid = config.validate(); !valid)
        return valid.error();
    if (config.aggregator != Aggregator::Cnn || config.vqType != VqType::None
        || config.projectFeatures != ProjectFeatures::None)
        return Error{"random initialisation is only known for models with a convolutional "
                     "aggregator, without quantizer and without project_features"};
    return withTorch<Checkpoint>("the model cannot be initialised", [&]() -> Result<Checkpoint> {
        const c10::InferenceMode guard;
        at::manual_seed(seed);
        auto drawn = Initializer(config).draw();
        Checkpoint checkpoint;
        checkpoint.config = config;
        checkpoint.layout = "seeded";
        checkpoint.provenance = {{"training", "untrained"}, {"seed", std::to_string(seed)}};
        for (const auto& [name, shape] : expectedTensors(config)) {
            auto found = drawn.extract(name);
            if (found.empty())
                return Error{"no rule to initialise " + name};
            checkpoint.tensors.push_back(std::move(found.mapped()));
        }
        return checkpoint;
    });
}

} // namespace phono
