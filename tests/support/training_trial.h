#pragma once

#include "core/model/seeded_model.h"
#include "core/train/graph_network.h"

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

// Small models in training, and the measurement of their gradients.
namespace phono::test {

/// A small model with its network, and a batch it can hear.
struct Trial {
    explicit Trial(const Checkpoint& model, TrainingConfig config = {})
        : parameters(model, at::kCPU)
        , gradients(at::zeros_like(parameters.flat()))
    {
        config.model = model.config;
        auto made = GraphNetwork::create(parameters, config);
        if (!made)
            throw std::runtime_error(made.error().message);
        network = std::move(*made);
    }

    BatchSums differentiate(const at::Tensor& audio, std::uint64_t seed, std::int64_t update = 0)
    {
        at::manual_seed(seed);
        gradients.zero_();
        return network->differentiate(audio, update, gradients, {}).read();
    }
    BatchSums evaluate(const at::Tensor& audio, std::uint64_t seed)
    {
        at::manual_seed(seed);
        return network->evaluate(audio, nullptr);
    }
    at::Tensor gradient(const std::string& name) const { return parameters.view(gradients, name); }
    at::Tensor parameter(const std::string& name) const
    {
        return parameters.view(parameters.flat(), name);
    }

    FlatParameters parameters;
    at::Tensor gradients;
    std::unique_ptr<TrainingNetwork> network;
};

/// A tiny architecture; weights of norms and biases are not those of the start.
inline Checkpoint smallModel(const std::function<void(ModelConfig&)>& change = {})
{
    ModelConfig config;
    config.convFeatureLayers = {{12, 10, 5}, {12, 8, 4}, {12, 4, 2}, {12, 4, 2}, {12, 4, 2}};
    config.convAggregatorLayers = {{12, 2, 1}, {12, 3, 1}};
    config.predictionSteps = 3;
    config.numNegatives = 4;
    config.logCompression = true;
    config.skipConnectionsAgg = true;
    config.vqVars = 7;
    if (change)
        change(config);
    auto model = seededModel(config, 21);
    if (!model)
        throw std::runtime_error(model.error().message);
    FlatParameters parameters(*model, at::kCPU);
    parameters.flat() += 0.1 * at::randn_like(parameters.flat());
    return parameters.toCheckpoint();
}

inline at::Tensor noise(std::int64_t batch, std::int64_t samples)
{
    at::manual_seed(22);
    return at::randn({batch, samples}) * 0.1;
}

/// The loss's slope along a direction in which only the named parameters move, by differences of
/// the training loss with the same random numbers, against that by the gradients: the ratio.
inline double slopeRatio(Trial& trial, const at::Tensor& audio,
                         const std::function<bool(const std::string&)>& moves)
{
    trial.differentiate(audio, 31);
    const auto gradients = trial.gradients.clone();
    const auto start = trial.parameters.flat().clone();
    auto direction = at::zeros_like(start);
    at::manual_seed(32);
    for (const auto& entry : trial.parameters.entries())
        if (moves(entry.name)) // along the gradient, mostly: the steepest is the best to measure
            trial.parameters.view(direction, entry.name)
                .copy_(trial.parameters.view(gradients, entry.name)
                       + 0.1 * trial.parameters.view(gradients, entry.name).abs().mean()
                           * at::randn(entry.shape));
    direction /= direction.norm();
    const double slope = (gradients * direction).sum(at::kDouble).item<double>();
    constexpr double kStep = 1e-3;
    const auto lossAt = [&](double distance) {
        trial.parameters.flat().copy_(start + distance * direction);
        return trial.differentiate(audio, 31).loss;
    };
    const double difference = (lossAt(kStep) - lossAt(-kStep)) / (2 * kStep);
    trial.parameters.flat().copy_(start);
    return difference / slope;
}

} // namespace phono::test
