#pragma once

#include "core/train/contrastive_step.h"
#include "core/train/first_rows.h"
#include "core/train/row_conv.h"
#include "core/train/row_norm.h"
#include "core/train/training_network.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phono {

/// A convolution behind the first layer, with its norm and what the backward pass needs of it.
template <typename Number>
struct RowLayer {
    RowConv conv;
    std::int64_t lead = 0; ///< rows padded before the first: taps - 1 in the aggregator
    bool inAggregator = false;
    // Where its parameters begin in the flat tensor.
    std::int64_t weight = 0;
    std::optional<std::int64_t> bias;
    std::optional<std::int64_t> normWeight;
    std::optional<std::int64_t> normBias;
    std::optional<std::int64_t> projection; ///< of the skip connection
    RowConv projectionConv() const { return {conv.inChannels, conv.outChannels, 1, 1}; }
    // Of the current batch.
    std::int64_t inRows = 0; ///< without the lead
    std::int64_t frames = 0;
    std::vector<RowTile> tiles;
    RowBuffer<Number> in; ///< unused behind the first layer, whose rows are made anew
    RowBuffer<float> raw; ///< before the norm
    RowNorm norm;
};

/// The network's layers and parameters as rows, and what a forward pass leaves for a backward one.
template <typename Number>
struct RowModel {
    RowModel(FlatParameters& flatParameters, const TrainingConfig& config,
             const ProductKernel<Number>& productKernel);

    /// Shapes everything for a batch.
    void reshape(std::int64_t items, std::int64_t samples);
    void prepareFirst(const float* audio, std::int64_t samples);

    const float* values(std::optional<std::int64_t> at) const; ///< null without
    /// A row of whole width; zeros without a parameter.
    std::vector<float> padded(std::optional<std::int64_t> at, int channels) const;
    TapWeights weights(const RowLayer<Number>& layer) const;
    TapWeights projectionWeights(const RowLayer<Number>& layer) const;
    TapWeights headWeights() const;

    bool skips(const RowLayer<Number>& layer) const
    {
        return layer.inAggregator && config.skipConnectionsAgg;
    }
    /// What a skip connection multiplies the sum with.
    float skipFactor() const;
    bool isLastOfEncoder(std::size_t index) const { return index + 1 == encoderLayers; }
    /// The rows that layer `index` convolves, lead included.
    RowSource<Number> source(std::size_t index);
    /// Where the rows behind layer `index` go.
    RowBuffer<Number>& behind(std::size_t index)
    {
        return index + 1 < layers.size() ? layers[index + 1].in : context;
    }

    FlatParameters& parameters;
    ModelConfig config;
    ContrastiveStep::Task task;
    ProductKernel<Number> kernel;
    int threads;
    std::size_t encoderLayers = 0; ///< of `layers`
    std::vector<RowLayer<Number>> layers;
    // In the flat tensor.
    std::int64_t firstWeight = 0;
    std::optional<std::int64_t> firstNormWeight;
    std::optional<std::int64_t> firstNormBias;
    std::int64_t head = 0;
    std::int64_t headBias = 0;

    FirstRows first;
    RowBuffer<float> z;
    RowBuffer<Number> context; ///< c
    RowBuffer<float> predictions; ///< as ContrastiveStep lays them out
    const std::int64_t* negatives = nullptr;
    ContrastiveStep contrastive;

private:
    void addLayer(const ConvLayer& layer, int inChannels, const std::string& block,
                  bool inAggregator);
    std::optional<std::int64_t> offset(const std::string& name) const;
    std::int64_t offsetOf(const std::string& name) const;

    struct Scratch {
        AlignedBuffer<Number> rows;
        AlignedBuffer<float> exact; // a row before rounding
    };
    std::vector<Scratch> m_scratch; // per thread
};

} // namespace phono
