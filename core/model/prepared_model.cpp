#include "core/model/prepared_model.h"

#include <string>

namespace phono {
namespace {

/// Hands out a checkpoint's tensors as floats and remembers the first that cannot be had.
class Weights {
public:
    explicit Weights(const Checkpoint& checkpoint)
        : m_checkpoint(checkpoint)
    {
    }

    std::vector<float> operator()(const std::string& name)
    {
        const auto* tensor = m_checkpoint.find(name);
        if (!tensor) {
            fail("the model has no tensor " + name);
            return {};
        }
        auto values = tensor->toFloat();
        if (!values) {
            fail(values.error().message);
            return {};
        }
        return std::move(*values);
    }
    const std::optional<Error>& failure() const { return m_failure; }

private:
    void fail(const std::string& message)
    {
        if (!m_failure)
            m_failure = Error{m_checkpoint.path.string() + ": " + message};
    }

    const Checkpoint& m_checkpoint;
    std::optional<Error> m_failure;
};

std::unique_ptr<ConvKernel> kernel(const KernelChoice& kernels, const std::vector<float>& weight,
                                   std::vector<float> bias, int out, int in, int taps, int stride)
{
    // A missing tensor was recorded by Weights; the model is then dropped unused.
    if (weight.empty())
        return nullptr;
    return makeConvKernel(kernels, {out, in, taps, stride, weight.data(), std::move(bias)});
}

ConvBlock encoderBlock(const KernelChoice& kernels, Weights& weights, const ModelConfig& config,
                       std::size_t index)
{
    const auto prefix = "feature_extractor.conv_layers." + std::to_string(index);
    ConvBlock block;
    block.layer = config.convFeatureLayers[index];
    block.inChannels = config.convFeatureLayers[index - 1].dim;
    block.conv = kernel(kernels, weights(prefix + ".0.weight"), {}, block.layer.dim,
                        block.inChannels, block.layer.kernel, block.layer.stride);
    if (!config.nonAffineGroupNorm) {
        block.normWeight = weights(prefix + ".2.weight");
        block.normBias = weights(prefix + ".2.bias");
    }
    return block;
}

ConvBlock aggregatorBlock(const KernelChoice& kernels, Weights& weights, const ModelConfig& config,
                          std::size_t index, int inChannels)
{
    const auto number = std::to_string(index);
    const auto prefix = "feature_aggregator.conv_layers." + number;
    ConvBlock block;
    block.layer = config.convAggregatorLayers[index];
    block.inChannels = inChannels;
    block.lead = block.layer.kernel - 1;
    auto bias = config.noConvBias ? std::vector<float>() : weights(prefix + ".1.bias");
    block.conv = kernel(kernels, weights(prefix + ".1.weight"), std::move(bias), block.layer.dim,
                        inChannels, block.layer.kernel, block.layer.stride);
    if (!config.nonAffineGroupNorm) {
        block.normWeight = weights(prefix + ".3.weight");
        block.normBias = weights(prefix + ".3.bias");
    }
    if (config.skipConnectionsAgg && inChannels != block.layer.dim)
        block.residualProjection =
            kernel(kernels, weights("feature_aggregator.residual_proj." + number + ".weight"), {},
                   block.layer.dim, inChannels, 1, 1);
    return block;
}

} // namespace

Result<PreparedModel> PreparedModel::create(const Checkpoint& checkpoint,
                                            const KernelChoice& kernels)
{
    if (auto valid = checkpoint.config.validate(); !valid)
        return valid.error();
    Weights weights(checkpoint);
    PreparedModel model;
    model.config = checkpoint.config;
    const auto& config = model.config;

    const auto& first = config.convFeatureLayers.front();
    const std::string prefix = "feature_extractor.conv_layers.0";
    const bool affine = !config.nonAffineGroupNorm;
    model.firstLayer = std::make_unique<FirstLayer>(
        weights(prefix + ".0.weight"), first.dim, first.kernel, first.stride,
        affine ? weights(prefix + ".2.weight") : std::vector<float>(),
        affine ? weights(prefix + ".2.bias") : std::vector<float>());
    for (std::size_t i = 1; i < config.convFeatureLayers.size(); ++i)
        model.encoder.push_back(encoderBlock(kernels, weights, config, i));

    int channels = config.encoderDim();
    if (config.vqType != VqType::None) {
        auto quantizer = Quantizer::create(checkpoint);
        if (!quantizer)
            return quantizer.error();
        model.quantizer = std::move(*quantizer);
        channels = config.quantizedDim();
    }
    if (config.aggregator == Aggregator::Gru) {
        model.gru = GruBlock{kernel(kernels, weights("feature_aggregator.1.weight_ih_l0"),
                                    weights("feature_aggregator.1.bias_ih_l0"), 3 * config.gruDim,
                                    channels, 1, 1),
                             weights("feature_aggregator.1.bias_hh_l0")};
    } else {
        for (std::size_t i = 0; i < config.convAggregatorLayers.size(); ++i) {
            model.aggregator.push_back(aggregatorBlock(kernels, weights, config, i, channels));
            channels = config.convAggregatorLayers[i].dim;
        }
    }
    if (weights.failure())
        return *weights.failure();
    return model;
}

} // namespace phono
