#include "core/train/row_forward.h"

#include "core/model/row_math.h"
#include "core/train/parallel.h"

#include <algorithm>

namespace phono {

template <typename Number>
BatchSums RowForward<Number>::run(const float* audio, std::int64_t items, std::int64_t samples,
                                  const std::int64_t* negatives, ScoreHistogram* histogram)
{
    auto& model = m_model;
    model.reshape(items, samples);
    model.prepareFirst(audio, samples);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        convolve(i);
        activate(i);
        pad(i);
    }
    predict();
    model.negatives = negatives;
    return model.contrastive.score(model.task, {&model.z, &model.predictions, negatives}, histogram,
                                   model.threads);
}

template <typename Number>
void RowForward<Number>::convolve(std::size_t index)
{
    auto& layer = m_model.layers[index];
    const auto& conv = layer.conv;
    m_convolution.pack(m_model.kernel, m_model.weights(layer), conv,
                       PackedConvolution<Number>::Direction::Forward, m_model.threads);
    const auto bias = m_model.padded(layer.bias, conv.outChannels);
    const auto source = m_model.source(index);
    parallelFor(m_model.threads, static_cast<std::int64_t>(layer.tiles.size()),
                [&](std::int64_t t, int thread) {
                    const auto& tile = layer.tiles[static_cast<std::size_t>(t)];
                    const auto inRows = (tile.count - 1) * conv.stride + conv.taps;
                    const auto* in =
                        source.rows(tile.item, tile.first * conv.stride, inRows, thread);
                    float* out = layer.raw.row(tile.item, tile.first);
                    m_convolution.forward(in, source.pitch, static_cast<int>(tile.count),
                                          bias.data(), out, layer.raw.pitch(),
                                          m_scratch[static_cast<std::size_t>(thread)].conv);
                    layer.norm.tileMoments(t) =
                        momentsOf(out, static_cast<std::size_t>(tile.count), layer.raw.pitch(),
                                  static_cast<std::size_t>(conv.outChannels));
                });
    layer.norm.mergeMoments(layer.tiles);
}

template <typename Number>
void RowForward<Number>::activate(std::size_t index)
{
    auto& layer = m_model.layers[index];
    if (layer.projection)
        m_projection.pack(m_model.kernel, m_model.projectionWeights(layer), layer.projectionConv(),
                          PackedConvolution<Number>::Direction::Forward, m_model.threads);
    if (m_model.config.skipConnectionsAgg && (m_model.isLastOfEncoder(index) || layer.inAggregator))
        m_stream.reshape(
            {m_model.task.items, 0, layer.frames, 0, rowWidth(layer.conv.outChannels)});
    parallelFor(m_model.threads, static_cast<std::int64_t>(layer.tiles.size()),
                [&](std::int64_t t, int thread) {
                    activateTile(index, layer.tiles[static_cast<std::size_t>(t)], thread);
                });
}

template <typename Number>
void RowForward<Number>::activateTile(std::size_t index, const RowTile& tile, int thread)
{
    auto& layer = m_model.layers[index];
    const auto width = rowWidth(layer.conv.outChannels);
    const auto norm = layer.norm.row(tile.item);
    const bool last = m_model.isLastOfEncoder(index);
    const bool skips = m_model.skips(layer);
    const float* projected = nullptr;
    if (layer.projection) {
        auto& scratch = m_scratch[static_cast<std::size_t>(thread)];
        auto& rows = scratch.residual;
        rows.ensure(static_cast<std::size_t>(tile.count + tileSlack(m_model.kernel.rowUnit))
                    * width);
        const std::vector<float> bias(width, 0.0F);
        m_projection.forward(layer.in.row(tile.item, tile.first), layer.in.pitch(),
                             static_cast<int>(tile.count), bias.data(), rows.data(), width,
                             scratch.conv);
        projected = rows.data();
    }
    std::vector<float> buffer(width);
    float* row = buffer.data();
    auto& behind = m_model.behind(index);
    for (auto t = tile.first; t < tile.first + tile.count; ++t) {
        activateRow(layer.raw.row(tile.item, t), norm, width, row);
        if (last && m_model.config.logCompression)
            logCompress(row, width);
        if (skips)
            addScaled(row,
                      projected ? projected + static_cast<std::size_t>(t - tile.first) * width
                                : m_stream.row(tile.item, t),
                      m_model.skipFactor(), width);
        if (m_model.config.skipConnectionsAgg && (last || skips))
            convertRow(row, width, m_stream.row(tile.item, t));
        if (last)
            convertRow(row, width, m_model.z.row(tile.item, t));
        convertRow(row, width, behind.row(tile.item, t));
    }
}

/// Pads the rows that the next layer reads: before the first (SPEC 1.3), and behind the last with
/// zeros, which change nothing but are read.
template <typename Number>
void RowForward<Number>::pad(std::size_t index)
{
    auto& rows = m_model.behind(index);
    const auto& shape = rows.shape();
    for (std::int64_t item = 0; item < shape.items; ++item) {
        for (std::int64_t t = -shape.lead; t < 0; ++t) {
            if (m_model.config.aggZeroPad)
                std::fill_n(rows.row(item, t), shape.width, Number(0));
            else
                std::copy_n(rows.row(item, 0), shape.width, rows.row(item, t));
        }
        rows.clear(item, shape.rows, shape.slack);
    }
}

/// Every step's prediction, kept at the frame that it predicts (SPEC 1.7).
template <typename Number>
void RowForward<Number>::predict()
{
    const auto& task = m_model.task;
    auto& predictions = m_model.predictions;
    m_head.pack(m_model.kernel, m_model.headWeights(), Depth::Outer, m_model.threads);
    const auto bias = m_model.padded(m_model.headBias, m_model.config.encoderDim());
    const auto tiles = makeTiles(task.items, task.frames, m_model.kernel.rowUnit);
    parallelFor(m_model.threads, static_cast<std::int64_t>(tiles.size()), [&](std::int64_t t, int) {
        const auto& tile = tiles[static_cast<std::size_t>(t)];
        typename ProductKernel<Number>::Operands operands;
        operands.in = m_model.context.row(tile.item, tile.first);
        operands.inPitch = m_model.context.pitch();
        operands.depth = m_head.depth();
        operands.panels = m_head.panels();
        operands.rows = static_cast<int>(tile.count);
        operands.outPitch = predictions.pitch();
        for (int step = 0; step < task.steps; ++step) {
            operands.matrix = m_head.matrix(static_cast<std::size_t>(step));
            operands.out = predictions.row(tile.item, tile.first + task.offset + step)
                + static_cast<std::size_t>(step) * task.width;
            m_model.kernel.addTo(bias.data(), operands);
        }
    });
}

template class RowForward<float>;
template class RowForward<BFloat16>;

} // namespace phono
