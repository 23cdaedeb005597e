#include "core/checkpoint/checkpoint.h"

namespace phono {
namespace {

using Shape = std::vector<std::int64_t>;
using Expected = std::vector<std::pair<std::string, Shape>>;

/// Weight and bias of a layer, both present, or none.
void addAffine(Expected& tensors, const std::string& prefix, int dim)
{
    tensors.emplace_back(prefix + ".weight", Shape{dim});
    tensors.emplace_back(prefix + ".bias", Shape{dim});
}

void addLinear(Expected& tensors, const std::string& prefix, int out, int in)
{
    tensors.emplace_back(prefix + ".weight", Shape{out, in});
    tensors.emplace_back(prefix + ".bias", Shape{out});
}

void addEncoder(Expected& tensors, const ModelConfig& config)
{
    int in = 1;
    for (std::size_t i = 0; i < config.convFeatureLayers.size(); ++i) {
        const auto& layer = config.convFeatureLayers[i];
        const auto prefix = "feature_extractor.conv_layers." + std::to_string(i);
        tensors.emplace_back(prefix + ".0.weight", Shape{layer.dim, in, layer.kernel});
        if (!config.nonAffineGroupNorm)
            addAffine(tensors, prefix + ".2", layer.dim);
        in = layer.dim;
    }
}

void addGumbel(Expected& tensors, const ModelConfig& config)
{
    const int groups = config.vqGroups;
    const int outputs = groups * config.vqVars;
    tensors.emplace_back(
        "vector_quantizer.vars",
        Shape{1, config.combineGroups ? config.vqVars : outputs, config.quantizedDim() / groups});
    const std::string prefix = "vector_quantizer.weight_proj";
    const int width = config.encoderDim();
    const int inner = 2 * width;
    if (config.vqDepth == 1) {
        addLinear(tensors, prefix, outputs, width);
        return;
    }
    for (int i = 0; i + 1 < config.vqDepth; ++i)
        addLinear(tensors, prefix + "." + std::to_string(i) + ".0", inner, i == 0 ? width : inner);
    addLinear(tensors, prefix + "." + std::to_string(config.vqDepth - 1), outputs, inner);
}

void addKMeans(Expected& tensors, const ModelConfig& config)
{
    const int groups = config.vqGroups;
    const int width = config.encoderDim();
    tensors.emplace_back(
        "vector_quantizer.embedding",
        Shape{config.vqVars, config.combineGroups ? 1 : groups, config.quantizedDim() / groups});
    tensors.emplace_back("vector_quantizer.projection.0.weight", Shape{width, width / groups, 1});
    addAffine(tensors, "vector_quantizer.projection.1", width);
}

void addGru(Expected& tensors, const std::string& prefix, const ModelConfig& config)
{
    const int gates = 3 * config.gruDim;
    tensors.emplace_back(prefix + ".1.weight_ih_l0", Shape{gates, config.encoderDim()});
    tensors.emplace_back(prefix + ".1.weight_hh_l0", Shape{gates, config.gruDim});
    tensors.emplace_back(prefix + ".1.bias_ih_l0", Shape{gates});
    tensors.emplace_back(prefix + ".1.bias_hh_l0", Shape{gates});
}

void addAggregator(Expected& tensors, const std::string& prefix, const ModelConfig& config)
{
    if (config.aggregator == Aggregator::Gru) {
        addGru(tensors, prefix, config);
        return;
    }
    Expected residuals;
    int in = config.encoderDim();
    for (std::size_t i = 0; i < config.convAggregatorLayers.size(); ++i) {
        const auto& layer = config.convAggregatorLayers[i];
        const auto block = prefix + ".conv_layers." + std::to_string(i);
        tensors.emplace_back(block + ".1.weight", Shape{layer.dim, in, layer.kernel});
        if (!config.noConvBias)
            tensors.emplace_back(block + ".1.bias", Shape{layer.dim});
        if (!config.nonAffineGroupNorm)
            addAffine(tensors, block + ".3", layer.dim);
        if (config.skipConnectionsAgg && in != layer.dim)
            residuals.emplace_back(prefix + ".residual_proj." + std::to_string(i) + ".weight",
                                   Shape{layer.dim, in, 1});
        in = layer.dim;
    }
    tensors.insert(tensors.end(), residuals.begin(), residuals.end());
}

} // namespace

Expected expectedTensors(const ModelConfig& config)
{
    Expected tensors;
    addEncoder(tensors, config);
    if (config.vqType == VqType::Gumbel)
        addGumbel(tensors, config);
    else if (config.vqType == VqType::KMeans)
        addKMeans(tensors, config);
    addAggregator(tensors, "feature_aggregator", config);
    const std::string head = "wav2vec_predictions.project_to_steps";
    tensors.emplace_back(
        head + ".weight",
        Shape{config.contextDim(), config.encoderDim(), 1, config.predictionSteps});
    tensors.emplace_back(head + ".bias", Shape{config.encoderDim()});
    if (config.projectFeatures != ProjectFeatures::None)
        addAggregator(tensors, "project_features", config);
    return tensors;
}

std::string firstName(const std::string& name, const ModelConfig& config)
{
    constexpr std::string_view kProjection = "project_features.";
    if (config.projectFeatures == ProjectFeatures::Same && name.starts_with(kProjection))
        return "feature_aggregator." + name.substr(kProjection.size());
    return name;
}

} // namespace phono
