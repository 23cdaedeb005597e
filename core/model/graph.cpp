#include "core/model/graph.h"

#include "core/model/group_norm.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

at::Tensor toTensor(const Tensor& from)
{
    auto values = from.toFloat();
    TORCH_CHECK(values.ok(), from.name, ": ", values.ok() ? "" : values.error().message);
    return at::from_blob(values->data(), from.shape, at::kFloat).clone();
}

} // namespace

Graph::Graph(const Checkpoint& checkpoint, at::Device device, at::ScalarType weightType)
    : m_config(checkpoint.config)
{
    for (const auto& tensor : checkpoint.tensors) {
        const auto value = toTensor(tensor).to(device);
        m_weights.emplace(tensor.name,
                          isProduct(tensor.name, value.dim()) ? value.to(weightType) : value);
    }
}

Graph::Graph(const ModelConfig& config, Weights weights, std::optional<Training> training)
    : m_config(config)
    , m_weights(std::move(weights))
    , m_training(std::move(training))
{
}

bool Graph::isProduct(const std::string& name, std::int64_t dimensions)
{
    return dimensions >= 3 && !name.starts_with("vector_quantizer");
}

at::Tensor Graph::dropout(const at::Tensor& x, double probability) const
{
    return m_training && probability > 0 ? at::dropout(x, probability, true) : x;
}

at::Tensor Graph::finish(const std::string& module, const at::Tensor& output) const
{
    return m_training && m_training->onBlock ? m_training->onBlock(module, output) : output;
}

at::Tensor Graph::normalize(const at::Tensor& x, const std::string& prefix, int groups, bool relu,
                            at::ScalarType type) const
{
    at::Tensor gamma;
    at::Tensor beta;
    if (m_weights.contains(prefix + ".weight")) {
        gamma = weight(prefix + ".weight");
        beta = weight(prefix + ".bias");
    }
    if (m_training || !x.device().is_cpu())
        return groupNorm(x, groups, gamma, beta, relu, type);
    const auto result = at::group_norm(x.to(at::kFloat), groups, gamma, beta, kNormEpsilon);
    return (relu ? at::relu(result) : result).to(type);
}

at::Tensor Graph::activate(const at::Tensor& x) const
{
    return m_config.activation == Activation::Gelu ? at::gelu(x) : at::relu(x);
}

at::Tensor Graph::block(const at::Tensor& x, const std::string& module, int stride,
                        const BlockForm& form) const
{
    const auto name = module + "." + std::to_string(form.convIndex);
    const auto& kernel = weight(name + ".weight");
    const auto type = kernel.scalar_type();
    const auto offset = form.bias ? weight(name + ".bias").to(type) : at::Tensor();
    const auto convolved = dropout(at::conv1d(x.to(type), kernel, offset, stride), form.dropout);
    const auto norm = module + "." + std::to_string(form.convIndex + 2);
    if (m_config.activation == Activation::Relu)
        return normalize(convolved, norm, 1, true, form.type);
    return activate(normalize(convolved, norm, 1, false, at::kFloat)).to(form.type);
}

at::Tensor Graph::encode(const at::Tensor& audio, Output& output, bool keepLayers) const
{
    auto x = audio.unsqueeze(1);
    const auto layers = m_config.convFeatureLayers.size();
    for (std::size_t i = 0; i < layers; ++i) {
        const auto residual = x;
        const auto module = "feature_extractor.conv_layers." + std::to_string(i);
        BlockForm form;
        // The next product's own type, which then is all that training keeps of the output.
        if (m_training && !m_config.skipConnectionsFeat && i + 1 < layers)
            form.type = weight(module + ".0.weight").scalar_type();
        x = block(x, module, m_config.convFeatureLayers[i].stride, form);
        if (m_config.skipConnectionsFeat && x.size(1) == residual.size(1)) {
            const auto step = residual.size(2) / x.size(2);
            x = (x + residual.slice(2, 0, residual.size(2), step).narrow(2, 0, x.size(2)))
                * std::sqrt(m_config.residualScale);
        }
        if (keepLayers)
            output.encoder.push_back(x);
        if (m_config.logCompression && i + 1 == layers)
            x = (x.abs() + 1).log();
        x = finish(module, x);
    }
    return x;
}

at::Tensor Graph::aggregateRecurrently(const at::Tensor& input, const std::string& module) const
{
    // The reference's axes: the recurrence runs over the batch (SPEC 1.4).
    const std::string prefix = module + ".1.";
    const auto hidden = at::zeros({1, input.size(2), m_config.gruDim}, input.options());
    const auto result = at::gru(input.transpose(1, 2), hidden,
                                {weight(prefix + "weight_ih_l0"), weight(prefix + "weight_hh_l0"),
                                 weight(prefix + "bias_ih_l0"), weight(prefix + "bias_hh_l0")},
                                true, 1, 0, m_training.has_value(), false, false);
    return finish(module, std::get<0>(result).transpose(1, 2));
}

at::Tensor Graph::aggregate(const at::Tensor& input, const std::string& module,
                            std::vector<at::Tensor>* layers) const
{
    if (m_config.aggregator == Aggregator::Gru)
        return aggregateRecurrently(input, module);
    auto x = input;
    for (std::size_t i = 0; i < m_config.convAggregatorLayers.size(); ++i) {
        const auto& layer = m_config.convAggregatorLayers[i];
        const auto number = std::to_string(i);
        const auto name = module + ".conv_layers." + number;
        const auto lead = layer.kernel - 1;
        const auto before = m_config.aggZeroPad
            ? at::zeros({x.size(0), x.size(1), lead}, x.options())
            : x.narrow(2, 0, 1).expand({x.size(0), x.size(1), lead});
        auto y = block(at::cat({before, x}, 2), name, layer.stride,
                       {1, !m_config.noConvBias, m_config.dropout, at::kFloat});
        if (m_config.skipConnectionsAgg) {
            const auto projection = m_weights.find(module + ".residual_proj." + number + ".weight");
            const auto residual = projection == m_weights.end()
                ? x
                : at::conv1d(x, projection->second.to(at::kFloat));
            y = (y + residual) * std::sqrt(m_config.residualScale);
        }
        x = finish(name, y);
        if (layers)
            layers->push_back(x);
    }
    return x;
}

Graph::Output Graph::forward(const at::Tensor& audio, bool keepLayers) const
{
    Output output;
    output.z = encode(audio, output, keepLayers);
    quantize(output);
    const auto c = aggregate(dropout(contextInput(output), m_config.dropoutFeatures),
                             "feature_aggregator", keepLayers ? &output.aggregator : nullptr);
    output.c = dropout(c, m_config.dropoutAgg);
    return output;
}

at::Tensor Graph::targets(const Output& output) const
{
    const auto& features = contextInput(output);
    if (m_config.projectFeatures == ProjectFeatures::None)
        return features;
    // "same" stands in the file a second time, under this name.
    return aggregate(features, "project_features", nullptr);
}

at::Tensor Graph::predictions(const at::Tensor& c) const
{
    const std::string name = "wav2vec_predictions.project_to_steps";
    const auto& heads = weight(name + ".weight"); // [context, channels, 1, steps]
    const auto type = heads.scalar_type();
    const auto batch = c.size(0);
    const auto context = heads.size(0);
    const auto steps = heads.size(3);
    const auto frames = std::max<std::int64_t>(c.size(2) - m_config.predictionOffset(), 0);
    const auto made = c.narrow(2, 0, frames).transpose(1, 2).to(type);
    const auto rows = at::cat({at::zeros({batch, steps - 1, context}, made.options()), made}, 1);
    // Steps in falling order: see contrastiveScores().
    const auto matrix = heads.squeeze(2).permute({0, 2, 1}).flip(1).reshape({context, -1});
    const auto bias = weight(name + ".bias").to(type).repeat({steps});
    const auto result = at::addmm(bias, rows.view({-1, context}), matrix)
                            .view({batch, steps - 1 + frames, steps, -1});
    return dropout(result, m_config.dropout);
}

} // namespace phono
