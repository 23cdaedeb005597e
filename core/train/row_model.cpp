#include "core/train/row_model.h"

#include "core/model/tiles.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace phono {

template <typename Number>
RowModel<Number>::RowModel(FlatParameters& flatParameters, const TrainingConfig& trainingConfig,
                           const ProductKernel<Number>& productKernel)
    : parameters(flatParameters)
    , config(trainingConfig.model)
    , kernel(productKernel)
    , threads(trainingConfig.common.threads > 0 ? trainingConfig.common.threads : physicalCores())
    , m_scratch(static_cast<std::size_t>(threads))
{
    const std::string firstBlock = "feature_extractor.conv_layers.0";
    firstWeight = offsetOf(firstBlock + ".0.weight");
    firstNormWeight = offset(firstBlock + ".2.weight");
    firstNormBias = offset(firstBlock + ".2.bias");
    int channels = config.convFeatureLayers.front().dim;
    for (std::size_t i = 1; i < config.convFeatureLayers.size(); ++i) {
        const auto& layer = config.convFeatureLayers[i];
        addLayer(layer, channels, "feature_extractor.conv_layers." + std::to_string(i), false);
        channels = layer.dim;
    }
    encoderLayers = layers.size();
    for (std::size_t i = 0; i < config.convAggregatorLayers.size(); ++i) {
        const auto& layer = config.convAggregatorLayers[i];
        const auto number = std::to_string(i);
        addLayer(layer, channels, "feature_aggregator.conv_layers." + number, true);
        layers.back().projection = offset("feature_aggregator.residual_proj." + number + ".weight");
        channels = layer.dim;
    }
    head = offsetOf("wav2vec_predictions.project_to_steps.weight");
    headBias = offsetOf("wav2vec_predictions.project_to_steps.bias");
    task.width = rowWidth(config.encoderDim());
    task.steps = config.predictionSteps;
    task.offset = config.predictionOffset();
    task.negatives = config.numNegatives + config.crossSampleNegatives;
    task.infonce = config.infonce;
    task.negativeWeight = config.balancedClasses ? 1.0 / config.numNegatives : 1.0;
}

template <typename Number>
void RowModel<Number>::addLayer(const ConvLayer& layer, int inChannels, const std::string& block,
                                bool inAggregator)
{
    RowLayer<Number> added;
    added.conv = {inChannels, layer.dim, layer.kernel, layer.stride};
    added.lead = inAggregator ? layer.kernel - 1 : 0;
    added.inAggregator = inAggregator;
    const auto conv = block + (inAggregator ? ".1" : ".0");
    const auto norm = block + (inAggregator ? ".3" : ".2");
    added.weight = offsetOf(conv + ".weight");
    added.bias = offset(conv + ".bias");
    added.normWeight = offset(norm + ".weight");
    added.normBias = offset(norm + ".bias");
    layers.push_back(std::move(added));
}

template <typename Number>
std::optional<std::int64_t> RowModel<Number>::offset(const std::string& name) const
{
    const auto& entries = parameters.entries();
    const auto found = std::ranges::find(entries, name, &FlatParameters::Entry::name);
    if (found == entries.end())
        return std::nullopt;
    return found->first;
}

template <typename Number>
std::int64_t RowModel<Number>::offsetOf(const std::string& name) const
{
    const auto found = offset(name);
    TORCH_CHECK(found, "the model has no tensor ", name);
    return *found;
}

template <typename Number>
void RowModel<Number>::reshape(std::int64_t items, std::int64_t samples)
{
    const auto slack = tileSlack(kernel.rowUnit);
    const auto& firstLayer = config.convFeatureLayers.front();
    std::int64_t rows = (samples - firstLayer.kernel) / firstLayer.stride + 1;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        auto& layer = layers[i];
        const auto& conv = layer.conv;
        layer.inRows = rows;
        layer.frames = (rows + layer.lead - conv.taps) / conv.stride + 1;
        layer.tiles = makeTiles(items, layer.frames, kernel.rowUnit);
        if (i > 0)
            layer.in.reshape({items, layer.lead, rows, slack * conv.stride + conv.taps,
                              rowWidth(conv.inChannels)});
        layer.raw.reshape({items, 0, layer.frames, slack, rowWidth(conv.outChannels)});
        layer.norm.prepare(items, static_cast<std::int64_t>(layer.tiles.size()), conv.outChannels,
                           values(layer.normWeight), values(layer.normBias));
        rows = layer.frames;
        if (isLastOfEncoder(i))
            z.reshape({items, 0, rows, 0, rowWidth(conv.outChannels)});
    }
    context.reshape({items, 0, rows, slack, rowWidth(config.contextDim())});
    task.items = items;
    task.frames = rows;
    predictions.reshape({items, 0, rows, slack + task.offset + task.steps,
                         static_cast<std::size_t>(task.steps) * task.width});
}

template <typename Number>
void RowModel<Number>::prepareFirst(const float* audio, std::int64_t samples)
{
    first.prepare(config.convFeatureLayers.front(),
                  {values(firstWeight), values(firstNormWeight), values(firstNormBias)}, audio,
                  task.items, samples, threads);
}

template <typename Number>
const float* RowModel<Number>::values(std::optional<std::int64_t> at) const
{
    return at ? parameters.flat().template data_ptr<float>() + *at : nullptr;
}

template <typename Number>
std::vector<float> RowModel<Number>::padded(std::optional<std::int64_t> at, int channels) const
{
    std::vector<float> row(rowWidth(channels), 0.0F);
    if (at)
        std::copy_n(values(at), channels, row.begin());
    return row;
}

template <typename Number>
TapWeights RowModel<Number>::weights(const RowLayer<Number>& layer) const
{
    return {values(layer.weight), layer.conv.outChannels, layer.conv.inChannels, layer.conv.taps};
}

template <typename Number>
TapWeights RowModel<Number>::projectionWeights(const RowLayer<Number>& layer) const
{
    return {values(layer.projection), layer.conv.outChannels, layer.conv.inChannels, 1};
}

template <typename Number>
TapWeights RowModel<Number>::headWeights() const
{
    return {values(head), config.contextDim(), config.encoderDim(), task.steps};
}

template <typename Number>
float RowModel<Number>::skipFactor() const
{
    return static_cast<float>(std::sqrt(config.residualScale));
}

template <typename Number>
RowSource<Number> RowModel<Number>::source(std::size_t index)
{
    RowSource<Number> source;
    auto& layer = layers[index];
    source.count = layer.inRows + layer.lead;
    if (index > 0) {
        source.pitch = layer.in.pitch();
        source.rows = [&layer](std::int64_t item, std::int64_t from, std::int64_t, int) {
            return layer.in.row(item, from - layer.lead);
        };
        return source;
    }
    const auto width = first.width();
    source.pitch = width + 64 / sizeof(Number);
    source.rows = [this, width, pitch = source.pitch](std::int64_t item, std::int64_t from,
                                                      std::int64_t count, int thread) {
        auto& scratch = m_scratch[static_cast<std::size_t>(thread)];
        const auto stride = layers.front().conv.stride;
        const auto more = tileSlack(kernel.rowUnit) * stride;
        scratch.rows.ensure(static_cast<std::size_t>(count + more) * pitch);
        const auto there = std::min(count, first.count() - from);
        std::fill_n(scratch.rows.data() + static_cast<std::size_t>(there) * pitch,
                    static_cast<std::size_t>(kPairedRows * stride) * pitch, Number(0));
        if constexpr (std::is_same_v<Number, float>) {
            first.compute(item, from, there, scratch.rows.data(), pitch);
        } else {
            scratch.exact.ensure(width);
            for (std::int64_t r = 0; r < there; ++r) {
                first.compute(item, from + r, 1, scratch.exact.data(), width);
                convertRow(scratch.exact.data(), width,
                           scratch.rows.data() + static_cast<std::size_t>(r) * pitch);
            }
        }
        return static_cast<const Number*>(scratch.rows.data());
    };
    return source;
}

template struct RowModel<float>;
template struct RowModel<BFloat16>;

} // namespace phono
