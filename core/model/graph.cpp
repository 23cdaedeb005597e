#include "core/model/graph.h"

#include "core/model/group_norm.h"

#include <array>
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
        auto value = toTensor(tensor).to(device);
        // Norms and quantizers stay exact; the products are what takes the time.
        const bool product = value.dim() == 3 && !tensor.name.starts_with("vector_quantizer");
        m_weights.emplace(tensor.name, product ? value.to(weightType) : value);
    }
}

at::Tensor Graph::normalize(const at::Tensor& x, const std::string& prefix, int groups) const
{
    at::Tensor gamma;
    at::Tensor beta;
    if (m_weights.contains(prefix + ".weight")) {
        gamma = weight(prefix + ".weight");
        beta = weight(prefix + ".bias");
    }
    const auto input = x.to(at::kFloat);
    return input.device().is_cpu() ? at::group_norm(input, groups, gamma, beta, kNormEpsilon)
                                   : groupNorm(input, groups, gamma, beta);
}

at::Tensor Graph::activate(const at::Tensor& x) const
{
    return m_config.activation == Activation::Gelu ? at::gelu(x) : at::relu(x);
}

at::Tensor Graph::block(const at::Tensor& x, const std::string& prefix, int convIndex, int stride,
                        bool bias) const
{
    const auto name = prefix + "." + std::to_string(convIndex);
    const auto& kernel = weight(name + ".weight");
    const auto type = kernel.scalar_type();
    const auto offset = bias ? weight(name + ".bias").to(type) : at::Tensor();
    const auto convolved = at::conv1d(x.to(type), kernel, offset, stride);
    return activate(normalize(convolved, prefix + "." + std::to_string(convIndex + 2), 1));
}

at::Tensor Graph::encode(const at::Tensor& audio, Output& output, bool keepLayers) const
{
    auto x = audio.unsqueeze(1);
    for (std::size_t i = 0; i < m_config.convFeatureLayers.size(); ++i) {
        const auto residual = x;
        x = block(x, "feature_extractor.conv_layers." + std::to_string(i), 0,
                  m_config.convFeatureLayers[i].stride, false);
        if (m_config.skipConnectionsFeat && x.size(1) == residual.size(1)) {
            const auto step = residual.size(2) / x.size(2);
            x = (x + residual.slice(2, 0, residual.size(2), step).narrow(2, 0, x.size(2)))
                * std::sqrt(m_config.residualScale);
        }
        if (keepLayers)
            output.encoder.push_back(x);
    }
    return m_config.logCompression ? (x.abs() + 1).log() : x;
}

void Graph::quantizeGumbel(Output& output) const
{
    const auto frames = output.z.size(2);
    auto x = output.z.transpose(1, 2);
    for (int layer = 0; layer < m_config.vqDepth; ++layer) {
        std::string name = "vector_quantizer.weight_proj";
        const bool last = layer + 1 == m_config.vqDepth;
        if (m_config.vqDepth > 1)
            name += "." + std::to_string(layer) + (last ? "" : ".0");
        x = at::matmul(x, weight(name + ".weight").t()) + weight(name + ".bias");
        if (!last)
            x = activate(x);
    }
    const int groups = m_config.vqGroups;
    output.codes = x.view({x.size(0), frames, groups, m_config.vqVars}).argmax(3);
    auto index = output.codes;
    if (!m_config.combineGroups)
        index = index + at::arange(groups, index.options()) * m_config.vqVars;
    const auto chosen = weight("vector_quantizer.vars")[0].index_select(0, index.flatten());
    output.zq = chosen.view({x.size(0), frames, -1}).transpose(1, 2).contiguous();
}

void Graph::quantizeKMeans(Output& output) const
{
    const int groups = m_config.vqGroups;
    const std::array<std::int64_t, 1> one = {1};
    const std::array<std::int64_t, 1> none = {0};
    auto ze = at::conv1d(output.z, weight("vector_quantizer.projection.0.weight"), {}, one, none,
                         one, groups);
    ze = normalize(ze, "vector_quantizer.projection.1", groups);
    const auto batch = ze.size(0);
    const auto frames = ze.size(2);
    const auto grouped = ze.view({batch, groups, -1, frames}).permute({0, 3, 1, 2});
    const auto embedding = weight("vector_quantizer.embedding");
    std::vector<at::Tensor> codes;
    std::vector<at::Tensor> parts;
    for (int g = 0; g < groups; ++g) {
        const auto book = embedding.select(1, m_config.combineGroups ? 0 : g);
        const auto from = grouped.select(2, g).unsqueeze(2);
        const auto code = (from - book).square().sum(3).argmin(2);
        codes.push_back(code);
        parts.push_back(book.index_select(0, code.flatten()).view({batch, frames, -1}));
    }
    output.codes = at::stack(codes, 2);
    output.zq = at::cat(parts, 2).transpose(1, 2).contiguous();
}

void Graph::quantize(Output& output) const
{
    if (m_config.vqType == VqType::Gumbel)
        quantizeGumbel(output);
    else if (m_config.vqType == VqType::KMeans)
        quantizeKMeans(output);
}

at::Tensor Graph::aggregate(const at::Tensor& input, const std::string& module,
                            std::vector<at::Tensor>* layers) const
{
    if (m_config.aggregator == Aggregator::Gru) {
        // The reference's axes: the recurrence runs over the batch (SPEC 1.4).
        const std::string prefix = module + ".1.";
        const auto hidden = at::zeros({1, input.size(2), m_config.gruDim}, input.options());
        const auto result =
            at::gru(input.transpose(1, 2), hidden,
                    {weight(prefix + "weight_ih_l0"), weight(prefix + "weight_hh_l0"),
                     weight(prefix + "bias_ih_l0"), weight(prefix + "bias_hh_l0")},
                    true, 1, 0, false, false, false);
        return std::get<0>(result).transpose(1, 2);
    }
    auto x = input;
    for (std::size_t i = 0; i < m_config.convAggregatorLayers.size(); ++i) {
        const auto& layer = m_config.convAggregatorLayers[i];
        const auto number = std::to_string(i);
        const auto lead = layer.kernel - 1;
        const auto before = m_config.aggZeroPad
            ? at::zeros({x.size(0), x.size(1), lead}, x.options())
            : x.narrow(2, 0, 1).expand({x.size(0), x.size(1), lead});
        auto y = block(at::cat({before, x}, 2), module + ".conv_layers." + number, 1, layer.stride,
                       !m_config.noConvBias);
        if (m_config.skipConnectionsAgg) {
            const auto projection = m_weights.find(module + ".residual_proj." + number + ".weight");
            const auto residual = projection == m_weights.end()
                ? x
                : at::conv1d(x, projection->second.to(at::kFloat));
            y = (y + residual) * std::sqrt(m_config.residualScale);
        }
        x = y;
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
    output.c = aggregate(contextInput(output), "feature_aggregator",
                         keepLayers ? &output.aggregator : nullptr);
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
    return at::conv_transpose2d(c.unsqueeze(3),
                                weight("wav2vec_predictions.project_to_steps.weight"),
                                weight("wav2vec_predictions.project_to_steps.bias"));
}

} // namespace phono
