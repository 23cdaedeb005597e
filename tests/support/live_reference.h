#pragma once

#include "core/checkpoint/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace phono::test {

/// What LiveExtractor must compute, in plain loops and double precision: everything is kept for
/// ever, and statistics are taken anew of all that a layer has put out.
class LiveReference {
public:
    using Row = std::vector<double>;
    using Rows = std::vector<Row>;
    struct Output {
        Rows z;
        Rows c;
    };

    explicit LiveReference(const Checkpoint& checkpoint)
        : m_checkpoint(checkpoint)
        , m_config(checkpoint.config)
        , m_encoder(m_config.convFeatureLayers.size())
        , m_aggregator(m_config.convAggregatorLayers.size())
    {
    }

    Output process(std::span<const float> samples)
    {
        Rows rows;
        for (const float sample : samples)
            rows.push_back({static_cast<double>(sample)});
        int width = 1;
        for (std::size_t i = 0; i < m_encoder.size(); ++i) {
            const auto& layer = m_config.convFeatureLayers[i];
            const auto name = "feature_extractor.conv_layers." + std::to_string(i);
            convolve(m_encoder[i], rows, 0, layer, weights(name + ".0.weight"), {});
            rows = finish(m_encoder[i], name + ".2",
                          m_config.skipConnectionsFeat && width == layer.dim, {});
            width = layer.dim;
        }
        for (Row& row : rows)
            for (double& x : row)
                x = m_config.logCompression ? std::log(std::abs(x) + 1) : x;
        Output output{rows, {}};
        if (m_config.vqType == VqType::Gumbel)
            rows = quantizeGumbel(rows);
        else if (m_config.vqType == VqType::KMeans)
            rows = quantizeKMeans(rows);
        output.c = m_config.aggregator == Aggregator::Gru ? recur(rows) : aggregate(rows);
        return output;
    }

private:
    struct Layer {
        Rows in; // all, with the padding
        Rows out; // all, before the norm
        std::size_t finished = 0; // of them
    };

    /// Empty when the model has no such tensor.
    std::vector<float> weights(const std::string& name) const
    {
        const auto* tensor = m_checkpoint.find(name);
        return tensor ? *tensor->toFloat() : std::vector<float>();
    }

    static double at(const std::vector<float>& values, std::size_t i)
    {
        return static_cast<double>(values[i]);
    }

    /// Rows times [out][in] weights, plus a bias that may be empty.
    static Row multiply(const Row& in, const std::vector<float>& weight,
                        const std::vector<float>& bias, std::size_t outputs)
    {
        Row out(outputs, 0.0);
        for (std::size_t o = 0; o < outputs; ++o) {
            out[o] = bias.empty() ? 0 : at(bias, o);
            for (std::size_t i = 0; i < in.size(); ++i)
                out[o] += in[i] * at(weight, o * in.size() + i);
        }
        return out;
    }

    void convolve(Layer& layer, const Rows& fresh, int padding, const ConvLayer& form,
                  const std::vector<float>& weight, const std::vector<float>& bias) const
    {
        if (layer.in.empty() && !fresh.empty())
            layer.in.assign(static_cast<std::size_t>(padding),
                            m_config.aggZeroPad ? Row(fresh[0].size(), 0.0) : fresh[0]);
        layer.in.insert(layer.in.end(), fresh.begin(), fresh.end());
        const auto stride = static_cast<std::size_t>(form.stride);
        const auto taps = static_cast<std::size_t>(form.kernel);
        for (std::size_t t = layer.out.size(); t * stride + taps <= layer.in.size(); ++t) {
            Row row(static_cast<std::size_t>(form.dim), 0.0);
            for (std::size_t o = 0; o < row.size(); ++o) {
                row[o] = bias.empty() ? 0 : at(bias, o);
                const std::size_t channels = layer.in[0].size();
                for (std::size_t i = 0; i < channels; ++i)
                    for (std::size_t j = 0; j < taps; ++j)
                        row[o] +=
                            layer.in[t * stride + j][i] * at(weight, (o * channels + i) * taps + j);
            }
            layer.out.push_back(row);
        }
    }

    /// The new rows, each group of channels normalised by the statistics of all rows.
    Rows normalize(Layer& layer, const std::string& name, std::size_t groups) const
    {
        const auto weight = weights(name + ".weight");
        const auto bias = weights(name + ".bias");
        Rows fresh(layer.out.begin() + static_cast<std::ptrdiff_t>(layer.finished),
                   layer.out.end());
        layer.finished = layer.out.size();
        for (std::size_t g = 0; g < groups && !fresh.empty(); ++g) {
            const std::size_t width = fresh[0].size() / groups;
            double count = 0;
            double mean = 0;
            double variance = 0;
            for (const Row& row : layer.out)
                for (std::size_t c = g * width; c < (g + 1) * width; ++c, ++count)
                    mean += row[c];
            mean /= count;
            for (const Row& row : layer.out)
                for (std::size_t c = g * width; c < (g + 1) * width; ++c)
                    variance += (row[c] - mean) * (row[c] - mean) / count;
            for (Row& row : fresh)
                for (std::size_t c = g * width; c < (g + 1) * width; ++c)
                    row[c] = (row[c] - mean) / std::sqrt(variance + 1e-5)
                            * (weight.empty() ? 1 : at(weight, c))
                        + (bias.empty() ? 0 : at(bias, c));
        }
        return fresh;
    }

    double activate(double x) const
    {
        return m_config.activation == Activation::Relu ? std::max(x, 0.0)
                                                       : x * 0.5 * (1 + std::erf(x / std::sqrt(2)));
    }

    /// Norm, activation and skip connection of the rows that convolve() has just made.
    Rows finish(Layer& layer, const std::string& norm, bool skip,
                const std::vector<float>& projection, std::size_t padding = 0) const
    {
        std::size_t t = layer.finished;
        Rows rows = normalize(layer, norm, 1);
        for (Row& row : rows) {
            for (double& x : row)
                x = activate(x);
            if (skip) {
                const std::size_t step = (layer.in.size() - padding) / layer.out.size();
                Row residual = layer.in[padding + t * step];
                if (!projection.empty())
                    residual = multiply(residual, projection, {}, row.size());
                for (std::size_t c = 0; c < row.size(); ++c)
                    row[c] = (row[c] + residual[c]) * std::sqrt(m_config.residualScale);
            }
            ++t;
        }
        return rows;
    }

    Rows aggregate(Rows rows)
    {
        for (std::size_t i = 0; i < m_aggregator.size(); ++i) {
            const auto& layer = m_config.convAggregatorLayers[i];
            const auto number = std::to_string(i);
            const auto name = "feature_aggregator.conv_layers." + number;
            const int padding = layer.kernel - 1;
            convolve(m_aggregator[i], rows, padding, layer, weights(name + ".1.weight"),
                     weights(name + ".1.bias"));
            rows = finish(m_aggregator[i], name + ".3", m_config.skipConnectionsAgg,
                          weights("feature_aggregator.residual_proj." + number + ".weight"),
                          static_cast<std::size_t>(padding));
        }
        return rows;
    }

    Rows recur(const Rows& rows) const
    {
        const auto weight = weights("feature_aggregator.1.weight_ih_l0");
        const auto bias = weights("feature_aggregator.1.bias_ih_l0");
        const auto hidden = weights("feature_aggregator.1.bias_hh_l0");
        const auto n = static_cast<std::size_t>(m_config.gruDim);
        const auto sigmoid = [](double x) {
            return 1 / (1 + std::exp(-x));
        };
        Rows all;
        for (const Row& row : rows) {
            const Row gates = multiply(row, weight, bias, 3 * n);
            Row h(n);
            for (std::size_t c = 0; c < n; ++c) {
                const double reset = sigmoid(gates[c] + at(hidden, c));
                const double update = sigmoid(gates[n + c] + at(hidden, n + c));
                h[c] = (1 - update) * std::tanh(gates[2 * n + c] + reset * at(hidden, 2 * n + c));
            }
            all.push_back(h);
        }
        return all;
    }

    Rows quantizeGumbel(const Rows& rows) const
    {
        const auto groups = static_cast<std::size_t>(m_config.vqGroups);
        const auto vars = static_cast<std::size_t>(m_config.vqVars);
        const auto books = weights("vector_quantizer.vars");
        const std::size_t width = static_cast<std::size_t>(m_config.quantizedDim()) / groups;
        Rows all;
        for (Row row : rows) {
            for (int layer = 0; layer < m_config.vqDepth; ++layer) {
                const bool last = layer + 1 == m_config.vqDepth;
                std::string name = "vector_quantizer.weight_proj";
                if (m_config.vqDepth > 1)
                    name += "." + std::to_string(layer) + (last ? "" : ".0");
                const auto bias = weights(name + ".bias");
                row = multiply(row, weights(name + ".weight"), bias, bias.size());
                for (double& x : row)
                    x = last ? x : activate(x);
            }
            Row chosen;
            for (std::size_t g = 0; g < groups; ++g) {
                const auto from = row.begin() + static_cast<std::ptrdiff_t>(g * vars);
                const auto code = static_cast<std::size_t>(
                    std::max_element(from, from + static_cast<std::ptrdiff_t>(vars)) - from);
                for (std::size_t c = 0; c < width; ++c)
                    chosen.push_back(
                        at(books, ((m_config.combineGroups ? 0 : g * vars) + code) * width + c));
            }
            all.push_back(chosen);
        }
        return all;
    }

    Rows quantizeKMeans(const Rows& rows)
    {
        const auto groups = static_cast<std::size_t>(m_config.vqGroups);
        const auto projection = weights("vector_quantizer.projection.0.weight");
        const auto books = weights("vector_quantizer.embedding");
        const std::size_t width = static_cast<std::size_t>(m_config.encoderDim()) / groups;
        for (const Row& row : rows) {
            Row projected;
            for (std::size_t o = 0; o < groups * width; ++o) {
                double sum = 0;
                for (std::size_t i = 0; i < width; ++i)
                    sum += row[o / width * width + i] * at(projection, o * width + i);
                projected.push_back(sum);
            }
            m_quantizer.out.push_back(projected);
        }
        Rows all;
        for (const Row& row : normalize(m_quantizer, "vector_quantizer.projection.1", groups)) {
            Row chosen;
            for (std::size_t g = 0; g < groups; ++g) {
                const auto entry = [&](std::size_t code) {
                    return (m_config.combineGroups ? code : code * groups + g) * width;
                };
                std::size_t best = 0;
                double nearest = INFINITY;
                for (std::size_t code = 0; code < static_cast<std::size_t>(m_config.vqVars);
                     ++code) {
                    double distance = 0;
                    for (std::size_t c = 0; c < width; ++c)
                        distance += std::pow(row[g * width + c] - at(books, entry(code) + c), 2);
                    if (distance < nearest) {
                        nearest = distance;
                        best = code;
                    }
                }
                for (std::size_t c = 0; c < width; ++c)
                    chosen.push_back(at(books, entry(best) + c));
            }
            all.push_back(chosen);
        }
        return all;
    }

    const Checkpoint& m_checkpoint;
    const ModelConfig& m_config;
    std::vector<Layer> m_encoder;
    std::vector<Layer> m_aggregator;
    Layer m_quantizer;
};

} // namespace phono::test
