#include "core/train/row_backward.h"

#include "core/train/parallel.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace phono {

template <typename Number>
RowBackward<Number>::RowBackward(RowModel<Number>& model)
    : m_model(model)
    , m_scratch(static_cast<std::size_t>(model.threads))
{
    for (const auto& layer : model.layers)
        m_lead = std::max(m_lead, layer.lead);
}

template <typename Number>
void RowBackward<Number>::run(float* gradients, const TrainingNetwork::GradientsReady& ready)
{
    m_gradients = gradients;
    m_ready = &ready;
    m_pending.clear();
    for (const auto& entry : m_model.parameters.entries())
        m_pending.insert(entry.first);
    m_final = m_model.parameters.flat().numel();
    head();
    for (auto i = m_model.layers.size(); i-- > 0;)
        layer(i);
}

template <typename Number>
void RowBackward<Number>::finish(std::initializer_list<std::optional<std::int64_t>> parameters)
{
    for (const auto& parameter : parameters)
        if (parameter)
            m_pending.erase(*parameter);
    // All behind the last pending parameter is final.
    const auto end = [this](std::int64_t first) {
        const auto& entries = m_model.parameters.entries();
        const auto entry = std::ranges::find(entries, first, &FlatParameters::Entry::first);
        return entry->first + entry->count;
    };
    const auto from = m_pending.empty() ? 0 : end(*m_pending.rbegin());
    if (from >= m_final)
        return;
    m_final = from;
    if (*m_ready)
        (*m_ready)(from);
}

/// Gradients of the head, of z by the loss, and of c.
template <typename Number>
void RowBackward<Number>::head()
{
    const auto& task = m_model.task;
    const ContrastiveStep::Rows rows{&m_model.z, &m_model.predictions, m_model.negatives};
    m_targetGradient.reshape(m_model.z.shape());
    m_model.contrastive.targetGradients(task, rows, m_targetGradient, m_model.threads);
    auto shape = m_model.predictions.shape();
    m_predictionGradient.reshape(shape);
    // Nothing is predicted behind the last frame.
    for (std::int64_t item = 0; item < task.items; ++item)
        m_predictionGradient.clear(item, task.frames, shape.slack);
    m_model.contrastive.predictionGradients(task, rows, m_predictionGradient,
                                            m_gradients + m_model.headBias,
                                            m_model.config.encoderDim(), m_model.threads);

    typename WeightGradient<Number>::Job job;
    job.tapsMove = WeightGradient<Number>::TapsMove::Gradient;
    job.conv = {m_model.config.contextDim(), m_model.config.encoderDim(), task.steps, 1};
    job.in.pitch = m_model.context.pitch();
    job.in.count = task.frames;
    job.in.rows = [this](std::int64_t item, std::int64_t first, std::int64_t, int) {
        return m_model.context.row(item, first);
    };
    job.gradient = [this, &task](std::int64_t item, std::int64_t frame, int step) {
        return m_predictionGradient.row(item, frame + task.offset + step)
            + static_cast<std::size_t>(step) * task.width;
    };
    job.gradientPitch = m_predictionGradient.pitch();
    job.items = task.items;
    job.frames = task.frames;
    m_weightGradient.add(m_model.kernel, job, m_gradients + m_model.head, m_model.threads);
    finish({m_model.head, m_model.headBias});

    m_head.pack(m_model.kernel, m_model.headWeights(), Depth::Inner, m_model.threads);
    const auto width = rowWidth(m_model.config.contextDim());
    m_output.reshape({task.items, m_lead, task.frames, tileSlack(m_model.kernel.rowUnit), width});
    const auto tiles = makeTiles(task.items, task.frames, m_model.kernel.rowUnit);
    const std::vector<float> zeros(width, 0.0F);
    parallelFor(m_model.threads, static_cast<std::int64_t>(tiles.size()), [&](std::int64_t t, int) {
        const auto& tile = tiles[static_cast<std::size_t>(t)];
        typename ProductKernel<Number>::Operands operands;
        operands.inPitch = m_predictionGradient.pitch();
        operands.depth = m_head.depth();
        operands.panels = m_head.panels();
        operands.rows = static_cast<int>(tile.count);
        operands.out = m_output.row(tile.item, tile.first);
        operands.outPitch = m_output.pitch();
        for (int step = 0; step < task.steps; ++step) {
            operands.in = job.gradient(tile.item, tile.first, step);
            operands.matrix = m_head.matrix(static_cast<std::size_t>(step));
            m_model.kernel.addTo(step == 0 ? zeros.data() : nullptr, operands);
        }
    });
}

template <typename Number>
void RowBackward<Number>::layer(std::size_t index)
{
    const auto& layer = m_model.layers[index];
    norm(index);
    weights(index);
    if (layer.projection)
        projection(index);
    finish({layer.weight, layer.bias, layer.normWeight, layer.normBias, layer.projection});
    m_convolution.pack(m_model.kernel, m_model.weights(layer), layer.conv,
                       PackedConvolution<Number>::Direction::Backward, m_model.threads);
    if (index > 0)
        input(index);
    else
        firstLayer();
}

/// From the gradient of a layer's output to that of its convolution's output.
template <typename Number>
void RowBackward<Number>::norm(std::size_t index)
{
    auto& layer = m_model.layers[index];
    const auto width = rowWidth(layer.conv.outChannels);
    const auto items = m_model.task.items;
    const bool last = m_model.isLastOfEncoder(index);
    const bool logs = last && m_model.config.logCompression;
    const bool skips = m_model.skips(layer);
    if (layer.projection)
        m_skip.reshape({items, 0, layer.frames, tileSlack(m_model.kernel.rowUnit), width});
    const auto tiles = static_cast<std::int64_t>(layer.tiles.size());
    parallelFor(m_model.threads, tiles, [&](std::int64_t t, int) {
        const auto& tile = layer.tiles[static_cast<std::size_t>(t)];
        const auto row = layer.norm.row(tile.item);
        const auto sums = layer.norm.tileSums(t);
        for (auto frame = tile.first; frame < tile.first + tile.count; ++frame) {
            float* gradient = m_output.row(tile.item, frame);
            const float* raw = layer.raw.row(tile.item, frame);
            if (skips)
                scaleRow(m_model.skipFactor(), width, gradient);
            if (layer.projection)
                convertRow(gradient, width, m_skip.row(tile.item, frame));
            if (last)
                addRow(m_targetGradient.row(tile.item, frame), width, gradient);
            if (logs)
                logGradientRow(raw, row, width, gradient);
            addNormSums(gradient, raw, row, width, sums);
        }
    });
    layer.norm.mergeSums(layer.tiles, layer.frames,
                         {at(layer.normWeight), at(layer.normBias), at(layer.bias)});

    const auto lead = tapReach(layer.conv);
    const auto tail = std::max<std::int64_t>(0, inputFrames(layer) - layer.frames) + kPairedRows;
    m_raw.reshape({items, lead, layer.frames, tail + tileSlack(m_model.kernel.rowUnit), width});
    for (std::int64_t item = 0; item < items; ++item) {
        m_raw.clear(item, -lead, lead);
        m_raw.clear(item, layer.frames, tail);
    }
    parallelFor(m_model.threads, tiles, [&](std::int64_t t, int) {
        const auto& tile = layer.tiles[static_cast<std::size_t>(t)];
        const auto row = layer.norm.row(tile.item);
        const auto factors = layer.norm.gradient(tile.item);
        std::vector<float> exact(width);
        for (auto frame = tile.first; frame < tile.first + tile.count; ++frame) {
            normGradientRow(m_output.row(tile.item, frame), layer.raw.row(tile.item, frame), row,
                            factors, width, exact.data());
            convertRow(exact.data(), width, m_raw.row(tile.item, frame));
        }
    });
}

template <typename Number>
void RowBackward<Number>::weights(std::size_t index)
{
    const auto& layer = m_model.layers[index];
    typename WeightGradient<Number>::Job job;
    job.conv = layer.conv;
    job.in = m_model.source(index);
    job.gradient = [this](std::int64_t item, std::int64_t frame, int) {
        return m_raw.row(item, frame);
    };
    job.gradientPitch = m_raw.pitch();
    job.items = m_model.task.items;
    job.frames = layer.frames;
    m_weightGradient.add(m_model.kernel, job, at(layer.weight), m_model.threads);
}

/// The skip connection's projection: its weights, and the input's gradient through it.
template <typename Number>
void RowBackward<Number>::projection(std::size_t index)
{
    auto& layer = m_model.layers[index];
    const auto conv = layer.projectionConv();
    typename WeightGradient<Number>::Job job;
    job.conv = conv;
    job.in.pitch = layer.in.pitch();
    job.in.count = layer.frames;
    job.in.rows = [&layer](std::int64_t item, std::int64_t first, std::int64_t, int) {
        return layer.in.row(item, first);
    };
    job.gradient = [this](std::int64_t item, std::int64_t frame, int) {
        return m_skip.row(item, frame);
    };
    job.gradientPitch = m_skip.pitch();
    job.items = m_model.task.items;
    job.frames = layer.frames;
    m_weightGradient.add(m_model.kernel, job, at(layer.projection), m_model.threads);

    m_convolution.pack(m_model.kernel, m_model.projectionWeights(layer), conv,
                       PackedConvolution<Number>::Direction::Backward, m_model.threads);
    m_input.reshape({m_model.task.items, m_lead, layer.inRows, tileSlack(m_model.kernel.rowUnit),
                     rowWidth(conv.inChannels)});
    parallelFor(m_model.threads, static_cast<std::int64_t>(layer.tiles.size()),
                [&](std::int64_t t, int thread) {
                    const auto& tile = layer.tiles[static_cast<std::size_t>(t)];
                    m_convolution.backward(m_skip, tile.item, tile.first,
                                           static_cast<int>(tile.count), false,
                                           m_input.row(tile.item, tile.first), m_input.pitch(),
                                           m_scratch[static_cast<std::size_t>(thread)].conv);
                });
}

template <typename Number>
std::int64_t RowBackward<Number>::inputFrames(const RowLayer<Number>& layer) const
{
    return (layer.inRows + layer.lead + layer.conv.stride - 1) / layer.conv.stride;
}

/// The gradient of a layer's input becomes that of the output before it.
template <typename Number>
void RowBackward<Number>::input(std::size_t index)
{
    const auto& layer = m_model.layers[index];
    const auto stride = layer.conv.stride;
    const auto items = m_model.task.items;
    const bool skips = m_model.skips(layer);
    // What a skip connection passes on is there already: the convolution's part is added.
    auto& to = skips && !layer.projection ? m_output : m_input;
    if (!skips)
        to.reshape({items, m_lead, layer.inRows, (tileSlack(m_model.kernel.rowUnit) + 1) * stride,
                    rowWidth(layer.conv.inChannels)});
    else
        for (std::int64_t item = 0; item < items; ++item)
            to.clear(item, -layer.lead, layer.lead);
    const auto tiles = makeTiles(items, inputFrames(layer), m_model.kernel.rowUnit);
    parallelFor(
        m_model.threads, static_cast<std::int64_t>(tiles.size()), [&](std::int64_t t, int thread) {
            const auto& tile = tiles[static_cast<std::size_t>(t)];
            m_convolution.backward(m_raw, tile.item, tile.first, static_cast<int>(tile.count),
                                   skips, to.row(tile.item, tile.first * stride - layer.lead),
                                   to.pitch(), m_scratch[static_cast<std::size_t>(thread)].conv);
        });
    if (&to == &m_input)
        std::swap(m_input, m_output);
    foldLead(layer);
}

/// The padded rows are copies of the first one, whose gradient theirs is.
template <typename Number>
void RowBackward<Number>::foldLead(const RowLayer<Number>& layer)
{
    if (m_model.config.aggZeroPad)
        return;
    for (std::int64_t item = 0; item < m_model.task.items; ++item)
        for (auto t = -layer.lead; t < 0; ++t)
            addRow(m_output.row(item, t), m_output.shape().width, m_output.row(item, 0));
}

/// The rows behind the first layer are many: their gradient goes straight into its sums.
template <typename Number>
void RowBackward<Number>::firstLayer()
{
    constexpr std::int64_t kRows = 32; // that stay in the nearest cache
    const auto& layer = m_model.layers.front();
    auto& first = m_model.first;
    const auto stride = layer.conv.stride;
    const auto width = first.width();
    const auto pitch = width + 16;
    const auto tiles = makeTiles(m_model.task.items, inputFrames(layer), m_model.kernel.rowUnit);
    std::vector<std::int64_t> itemOf;
    for (const auto& tile : tiles)
        itemOf.push_back(tile.item);
    first.beginGradient(static_cast<std::int64_t>(tiles.size()));
    parallelFor(
        m_model.threads, static_cast<std::int64_t>(tiles.size()), [&](std::int64_t t, int thread) {
            const auto& tile = tiles[static_cast<std::size_t>(t)];
            auto& scratch = m_scratch[static_cast<std::size_t>(thread)];
            scratch.gradient.ensure(
                static_cast<std::size_t>((tile.count + tileSlack(m_model.kernel.rowUnit)) * stride)
                * pitch);
            scratch.active.ensure(static_cast<std::size_t>(kRows) * pitch);
            m_convolution.backward(m_raw, tile.item, tile.first, static_cast<int>(tile.count),
                                   false, scratch.gradient.data(), pitch, scratch.conv);
            const auto begin = tile.first * stride;
            const auto end = std::min(layer.inRows, begin + tile.count * stride);
            for (auto row = begin; row < end; row += kRows) {
                const auto count = std::min(kRows, end - row);
                first.compute(tile.item, row, count, scratch.active.data(), pitch);
                first.addGradient(t, tile.item, row, count,
                                  scratch.gradient.data()
                                      + static_cast<std::size_t>(row - begin) * pitch,
                                  pitch, scratch.active.data(), pitch);
            }
        });
    first.finishGradient(
        itemOf, {at(m_model.firstWeight), at(m_model.firstNormWeight), at(m_model.firstNormBias)});
    finish({m_model.firstWeight, m_model.firstNormWeight, m_model.firstNormBias});
}

template class RowBackward<float>;
template class RowBackward<BFloat16>;

} // namespace phono
