#include "core/checkpoint/model_config.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kMaxDimension = 65536;
constexpr std::int64_t kMaxSamples = 1 << 30;

/// Samples one step and one frame cover after some layers. Sticks at kMaxSamples, so that no layer
/// list can overflow it.
struct Reach {
    std::int64_t hop = 1;
    std::int64_t receptiveField = 1;

    void add(int kernel, int stride)
    {
        receptiveField =
            std::clamp<std::int64_t>(receptiveField + (kernel - 1) * hop, 0, kMaxSamples);
        hop = std::clamp<std::int64_t>(hop * stride, 0, kMaxSamples);
    }
};

Reach encoderReach(const ModelConfig& config)
{
    Reach reach;
    for (const auto& layer : config.convFeatureLayers)
        reach.add(layer.kernel, layer.stride);
    return reach;
}

std::vector<ConvLayer> encoderLayers(int dim, int pointwise)
{
    std::vector<ConvLayer> layers = {
        {dim, 10, 5}, {dim, 8, 4}, {dim, 4, 2}, {dim, 4, 2}, {dim, 4, 2}};
    layers.insert(layers.end(), static_cast<std::size_t>(pointwise), {dim, 1, 1});
    return layers;
}

ModelConfig largeLayout(int dim)
{
    ModelConfig config;
    config.convFeatureLayers = encoderLayers(dim, 2);
    for (int kernel = 2; kernel <= 13; ++kernel)
        config.convAggregatorLayers.push_back({dim, kernel, 1});
    config.logCompression = true;
    config.skipConnectionsAgg = true;
    config.numNegatives = 10;
    return config;
}

Result<void> validateLayers(const std::vector<ConvLayer>& layers, const std::string& name)
{
    if (layers.empty())
        return Error{"the model has no layers in " + name};
    const auto sound = [](int value) {
        return value >= 1 && value <= kMaxDimension;
    };
    for (const auto& layer : layers)
        if (!sound(layer.dim) || !sound(layer.kernel) || !sound(layer.stride))
            return Error{name + " = " + toString(layers)
                         + ": channels, kernels and strides must lie between 1 and 65536"};
    return {};
}

Result<void> validateAggregator(const ModelConfig& config)
{
    if (config.aggregator == Aggregator::Gru) {
        if (config.gruDim < 1 || config.gruDim > kMaxDimension)
            return Error{"gru_dim is " + std::to_string(config.gruDim)
                         + "; it must lie between 1 and 65536"};
        return {};
    }
    if (auto sound = validateLayers(config.convAggregatorLayers, "conv_aggregator_layers"); !sound)
        return sound;
    for (const auto& layer : config.convAggregatorLayers)
        if (layer.stride != 1)
            return Error{"conv_aggregator_layers = " + toString(config.convAggregatorLayers)
                         + ": a context network with strides other than 1 cannot be computed, "
                           "because its frames are not the encoder's"};
    return {};
}

Result<void> validateQuantizer(const ModelConfig& config)
{
    if (config.vqType == VqType::None)
        return {};
    const int width = config.encoderDim();
    if (config.vqGroups < 1 || width % config.vqGroups != 0)
        return Error{"vq_groups is " + std::to_string(config.vqGroups)
                     + "; it must divide the encoder's " + std::to_string(width) + " channels"};
    if (config.vqVars < 1 || config.vqVars > kMaxDimension)
        return Error{"vq_vars is " + std::to_string(config.vqVars)
                     + "; it must lie between 1 and 65536"};
    if (config.quantizedDim() != width)
        return Error{"vq_dim is " + std::to_string(config.vqDim)
                     + "; the context network can only take the encoder's " + std::to_string(width)
                     + " channels (or 0, which means that)"};
    if (config.vqType == VqType::Gumbel && (config.vqDepth < 1 || config.vqDepth > 64))
        return Error{"vq_depth is " + std::to_string(config.vqDepth)
                     + "; it must lie between 1 and 64"};
    return {};
}

Result<void> validateTask(const ModelConfig& config)
{
    const auto fraction = [](double value) {
        return value >= 0 && value <= 1;
    };
    if (!fraction(config.dropout) || !fraction(config.dropoutFeatures)
        || !fraction(config.dropoutAgg))
        return Error{"dropout, dropout_features and dropout_agg must lie between 0 and 1"};
    if (!std::isfinite(config.residualScale) || config.residualScale < 0)
        return Error{"residual_scale must be a number not below 0"};
    if (config.predictionSteps < 1 || config.predictionSteps > kMaxDimension)
        return Error{"prediction_steps is " + std::to_string(config.predictionSteps)
                     + "; it must lie between 1 and 65536"};
    if (config.numNegatives < 0 || config.crossSampleNegatives < 0
        || config.numNegatives > kMaxDimension || config.crossSampleNegatives > kMaxDimension)
        return Error{"num_negatives and cross_sample_negatives must lie between 0 and 65536"};
    if (config.sampleDistance && *config.sampleDistance < 1)
        return Error{"sample_distance is " + std::to_string(*config.sampleDistance)
                     + "; it must be at least 1"};
    if (config.offset && *config.offset < 0)
        return Error{"offset is " + std::to_string(*config.offset) + "; it must not be negative"};
    return {};
}

} // namespace

ModelConfig ModelConfig::base()
{
    ModelConfig config;
    config.convFeatureLayers = encoderLayers(512, 0);
    config.convAggregatorLayers.assign(9, {512, 3, 1});
    return config;
}

ModelConfig ModelConfig::large()
{
    return largeLayout(512);
}

ModelConfig ModelConfig::tiny()
{
    return largeLayout(32);
}

Result<void> ModelConfig::validate() const
{
    if (auto sound = validateLayers(convFeatureLayers, "conv_feature_layers"); !sound)
        return sound;
    const auto reach = encoderReach(*this);
    if (reach.hop >= kMaxSamples || reach.receptiveField >= kMaxSamples)
        return Error{"conv_feature_layers = " + toString(convFeatureLayers)
                     + ": one frame would cover more than an hour of audio"};
    if (auto sound = validateAggregator(*this); !sound)
        return sound;
    if (auto sound = validateQuantizer(*this); !sound)
        return sound;
    return validateTask(*this);
}

int ModelConfig::contextDim() const
{
    return aggregator == Aggregator::Gru ? gruDim : convAggregatorLayers.back().dim;
}

int ModelConfig::hop() const
{
    return static_cast<int>(encoderReach(*this).hop);
}

int ModelConfig::encoderReceptiveField() const
{
    return static_cast<int>(encoderReach(*this).receptiveField);
}

int ModelConfig::contextReceptiveField() const
{
    auto reach = encoderReach(*this);
    // The GRU runs over the batch (SPEC 1.4): a context frame sees what its z frame sees.
    if (aggregator == Aggregator::Cnn)
        for (const auto& layer : convAggregatorLayers)
            reach.add(layer.kernel, layer.stride);
    return static_cast<int>(reach.receptiveField);
}

std::int64_t ModelConfig::frames(std::int64_t samples) const
{
    auto length = samples;
    for (const auto& layer : convFeatureLayers) {
        if (length < layer.kernel)
            return 0;
        length = (length - layer.kernel) / layer.stride + 1;
    }
    return length;
}

int ModelConfig::predictionOffset() const
{
    if (offset)
        return *offset;
    const auto reach = encoderReach(*this);
    return static_cast<int>((reach.receptiveField + reach.hop - 1) / reach.hop);
}

} // namespace phono
