#include "core/model/streaming_forward.h"

#include "core/model/layer_pass.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phono {
namespace {

/// Multiplications of the encoder's layers after the first, and of the aggregator.
double totalCost(const PreparedModel& model, std::int64_t firstLayerRows)
{
    double cost = 0;
    auto rows = firstLayerRows;
    for (const auto& block : model.encoder) {
        rows = convolvedRows(rows, block.layer);
        cost += static_cast<double>(rows) * rowCost(block.layer, block.inChannels);
    }
    for (const auto& block : model.aggregator)
        cost += static_cast<double>(rows) * rowCost(block.layer, block.inChannels);
    return std::max(cost, 1.0);
}

/// Makes the rows of `in` from `from` on what `history` carries to the next block.
Result<void> carry(const RowSource& in, std::int64_t from, LayerHistory& history)
{
    // Before the rows where there are none yet to pad, after them where strides leave gaps.
    from = std::clamp(from, std::int64_t(0), in.size());
    const auto count = in.size() - from;
    std::vector<float> rows(static_cast<std::size_t>(count * in.channels()));
    Workspace workspace;
    if (auto read = in.rows(from, count, rows.data(), workspace); !read)
        return read;
    history.carried = std::move(rows);
    history.first += from;
    return {};
}

/// One pass over one recording, or over the next block of one.
class Pass {
public:
    Pass(const PreparedModel& model, StreamHistory& history, const SampleSource& audio,
         std::span<const FeatureRequest> requests, std::span<const FeatureInfo> offered,
         RowStore::Place place, int threads, const Progress& progress)
        : m_model(model)
        , m_config(model.config)
        , m_history(history)
        , m_audio(audio)
        , m_requests(requests)
        , m_offered(offered)
        , m_layers(model.config, place, threads,
                   totalCost(model, model.firstLayer->rows(audio.size())), progress)
    {
    }

    Result<void> run();

private:
    bool isWanted(const std::string& name) const;
    bool isWantedFrom(std::string_view prefix) const;
    Result<void> emit(const std::string& name, const RowSource& source);

    Result<void> encode();
    Result<void> keepZ();
    Result<void> quantize();
    Result<void> aggregate();
    Result<void> aggregateGru();
    Result<void> computeBlock(const ConvBlock& block, LayerHistory& history, bool addResidual);
    Result<void> pad(const ConvBlock& block, LayerHistory& history) const;

    /// Makes `store`, with what is not yet applied to its rows, what the next layer reads.
    void keep(std::unique_ptr<RowStore> store, std::unique_ptr<RowSource> source);

    const PreparedModel& m_model;
    const ModelConfig& m_config;
    StreamHistory& m_history;
    const SampleSource& m_audio;
    std::span<const FeatureRequest> m_requests;
    std::span<const FeatureInfo> m_offered;
    LayerPass m_layers;
    FoldedFirstLayer m_folded;
    std::unique_ptr<RowStore> m_store; // under m_source, if that is a stored one
    std::unique_ptr<RowSource> m_source; // the newest layer's rows
};

bool Pass::isWanted(const std::string& name) const
{
    return std::ranges::any_of(m_requests, [&](const auto& r) { return r.name == name; });
}

bool Pass::isWantedFrom(std::string_view prefix) const
{
    return std::ranges::any_of(m_requests,
                               [&](const auto& r) { return r.name.starts_with(prefix); });
}

void Pass::keep(std::unique_ptr<RowStore> store, std::unique_ptr<RowSource> source)
{
    m_source = std::move(source);
    m_layers.recycle(std::exchange(m_store, std::move(store)));
}

Result<void> Pass::run()
{
    m_layers.setStage("computing z");
    if (auto done = encode(); !done)
        return done;
    if (auto done = keepZ(); !done)
        return done;
    if (m_model.quantizer) {
        if (auto done = quantize(); !done)
            return done;
    }
    if (!isWanted("c") && !isWantedFrom("agg"))
        return {};
    m_layers.setStage("computing c");
    return m_model.gru ? aggregateGru() : aggregate();
}

Result<void> Pass::emit(const std::string& name, const RowSource& source)
{
    for (const auto& request : m_requests) {
        if (request.name != name)
            continue;
        const auto info = std::ranges::find(m_offered, name, &FeatureInfo::name);
        if (auto begun = request.sink->begin(*info, source.size()); !begun)
            return begun;
        const auto channels = static_cast<std::size_t>(source.channels());
        const std::int64_t span = std::int64_t(16) * kTileRows;
        std::vector<float> rows(static_cast<std::size_t>(span) * channels);
        for (std::int64_t first = 0; first < source.size(); first += span) {
            const auto count = std::min(span, source.size() - first);
            auto made = m_layers.forTiles(count, 0, [&](const Block& block, Workspace& workspace) {
                return source.rows(first + block.first, block.count,
                                   rows.data() + static_cast<std::size_t>(block.first) * channels,
                                   workspace);
            });
            if (!made)
                return made;
            if (auto written = request.sink->write(
                    first, std::span(rows.data(), static_cast<std::size_t>(count) * channels));
                !written)
                return written;
        }
    }
    return {};
}

Result<void> Pass::encode()
{
    const auto& first = *m_model.firstLayer;
    const auto windows = first.windows(m_audio, m_layers.threads(), m_layers.progress());
    if (!windows)
        return windows.error();
    m_history.windows.add(*windows);
    m_history.firstLayerRows += first.rows(m_audio.size());
    m_folded = first.fold(first.moments(m_history.windows, m_history.firstLayerRows));
    keep(nullptr, std::make_unique<FirstLayerRows>(first, m_folded, m_config.activation, m_audio));
    if (auto done = emit("enc0", *m_source); !done)
        return done;
    for (std::size_t i = 0; i < m_model.encoder.size(); ++i) {
        const auto& block = m_model.encoder[i];
        const bool addResidual =
            m_config.skipConnectionsFeat && block.inChannels == block.layer.dim;
        if (auto done = computeBlock(block, m_history.encoder[i], addResidual); !done)
            return done;
        if (auto done = emit("enc" + std::to_string(i + 1), *m_source); !done)
            return done;
    }
    return {};
}

/// Puts the rows before the first one into an empty history, as soon as there is a first one.
Result<void> Pass::pad(const ConvBlock& block, LayerHistory& history) const
{
    if (block.lead == 0 || !history.carried.empty() || m_source->size() == 0)
        return {};
    const auto channels = static_cast<std::size_t>(block.inChannels);
    std::vector<float> row(channels, 0.0F);
    Workspace workspace;
    if (!m_config.aggZeroPad) {
        if (auto read = m_source->rows(0, 1, row.data(), workspace); !read)
            return read;
    }
    for (int i = 0; i < block.lead; ++i)
        history.carried.insert(history.carried.end(), row.begin(), row.end());
    history.first = -block.lead;
    return {};
}

/// Makes the block's output the newest rows.
Result<void> Pass::computeBlock(const ConvBlock& block, LayerHistory& history, bool addResidual)
{
    if (auto padded = pad(block, history); !padded)
        return padded;
    const ContinuedRows in(history.carried, *m_source);
    const auto next = [&] {
        return history.rows * block.layer.stride - block.lead - history.first;
    };
    auto convolved = m_layers.convolve(block, in, next(), history.moments);
    if (!convolved)
        return convolved.error();
    const auto before = history.rows;
    history.rows += convolved->rows->rows();
    std::unique_ptr<RowSource> source;
    if (addResidual && history.rows > before) {
        const auto step = (history.first + in.size()) / history.rows;
        if (auto added =
                m_layers.addResidual(block, *convolved, in, before * step - history.first, step);
            !added)
            return added;
        source = std::make_unique<StoredRows>(*convolved->rows);
    } else {
        source = std::make_unique<StoredRows>(*convolved->rows, std::move(convolved->affine),
                                              m_config.activation);
    }
    if (auto carried = carry(in, next(), history); !carried)
        return carried;
    keep(std::move(convolved->rows), std::move(source));
    return {};
}

/// z is read once by each aggregator tile's neighbours and as a residual: kept as it is.
Result<void> Pass::keepZ()
{
    const auto channels = static_cast<std::size_t>(m_source->channels());
    auto store = m_layers.newStore(m_source->size(), m_source->channels());
    if (!store)
        return store.error();
    auto done = m_layers.forTiles(
        m_source->size(), 0, [&](const Block& tile, Workspace& workspace) -> Result<void> {
            const auto values = static_cast<std::size_t>(tile.count) * channels;
            workspace.second.ensure(values);
            float* out = workspace.second.data();
            if (auto read = m_source->rows(tile.first, tile.count, out, workspace); !read)
                return read;
            if (m_config.logCompression)
                logCompress(out, values);
            return (*store)->write(tile.first, tile.count, out);
        });
    if (!done)
        return done;
    auto source = std::make_unique<StoredRows>(**store);
    keep(std::move(*store), std::move(source));
    return emit("z", *m_source);
}

Result<void> Pass::quantize()
{
    const auto& quantizer = *m_model.quantizer;
    const auto groups = static_cast<std::size_t>(quantizer.groups());
    const auto channels = static_cast<std::size_t>(quantizer.channels());
    const auto norms =
        quantizer.prepare(*m_source, m_layers.threads(), m_layers.progress(), m_history.quantizer);
    if (!norms)
        return norms.error();
    auto store = m_layers.newStore(m_source->size(), quantizer.channels());
    auto codes = m_layers.newStore(m_source->size(), quantizer.groups());
    if (!store || !codes)
        return store ? codes.error() : store.error();
    auto done = m_layers.forTiles(
        m_source->size(), 0, [&](const Block& tile, Workspace& workspace) -> Result<void> {
            const auto count = static_cast<std::size_t>(tile.count);
            std::vector<int> chosen(count * groups);
            std::vector<float> zq(count * channels);
            if (auto made = quantizer.quantize(*m_source, *norms, tile.first, tile.count,
                                               chosen.data(), zq.data(), workspace);
                !made)
                return made;
            const std::vector<float> numbers(chosen.begin(), chosen.end());
            if (auto written = (*codes)->write(tile.first, tile.count, numbers.data()); !written)
                return written;
            return (*store)->write(tile.first, tile.count, zq.data());
        });
    if (!done)
        return done;
    if (auto emitted = emit("codes", StoredRows(**codes)); !emitted)
        return emitted;
    auto source = std::make_unique<StoredRows>(**store);
    keep(std::move(*store), std::move(source));
    return emit("zq", *m_source);
}

Result<void> Pass::aggregate()
{
    for (std::size_t i = 0; i < m_model.aggregator.size(); ++i) {
        const auto& block = m_model.aggregator[i];
        if (auto done = computeBlock(block, m_history.aggregator[i], m_config.skipConnectionsAgg);
            !done)
            return done;
        if (auto done = emit("agg" + std::to_string(i), *m_source); !done)
            return done;
    }
    return emit("c", *m_source);
}

/// With the hidden state zero in every frame: h = (1 - update) * tanh(new + reset * hidden bias).
Result<void> Pass::aggregateGru()
{
    const auto& gru = *m_model.gru;
    const auto n = static_cast<std::size_t>(m_config.gruDim);
    const auto pitch = gru.input->outputPitch();
    auto store = m_layers.newStore(m_source->size(), m_config.gruDim);
    if (!store)
        return store.error();
    const auto sigmoid = [](float x) {
        return 1 / (1 + std::exp(-x));
    };
    const float* hidden = gru.hiddenBias.data();
    auto done = m_layers.forTiles(
        m_source->size(), 0, [&](const Block& tile, Workspace& workspace) -> Result<void> {
            if (auto packed =
                    m_layers.packRows(*gru.input, *m_source, tile.first, tile.count, workspace);
                !packed)
                return packed;
            workspace.tile.ensure((kTileRows + 16) * pitch);
            gru.input->run(workspace.packed.data(), static_cast<int>(tile.count),
                           workspace.tile.data());
            workspace.second.ensure(static_cast<std::size_t>(tile.count) * n);
            float* out = workspace.second.data();
            for (std::int64_t r = 0; r < tile.count; ++r) {
                const float* gates = workspace.tile.data() + static_cast<std::size_t>(r) * pitch;
                for (std::size_t c = 0; c < n; ++c) {
                    const float reset = sigmoid(gates[c] + hidden[c]);
                    const float update = sigmoid(gates[n + c] + hidden[n + c]);
                    const float fresh = std::tanh(gates[2 * n + c] + reset * hidden[2 * n + c]);
                    *out++ = (1 - update) * fresh;
                }
            }
            return (*store)->write(tile.first, tile.count, workspace.second.data());
        });
    if (!done)
        return done;
    auto source = std::make_unique<StoredRows>(**store);
    keep(std::move(*store), std::move(source));
    return emit("c", *m_source);
}

} // namespace

std::int64_t intermediateBytes(const ModelConfig& config, std::int64_t samples)
{
    const auto& layers = config.convFeatureLayers;
    auto rows = convolvedRows(samples, layers.front());
    std::int64_t before = 0;
    std::int64_t most = 0;
    for (std::size_t i = 1; i < layers.size(); ++i) {
        rows = convolvedRows(rows, layers[i]);
        const std::int64_t bytes = rows * layers[i].dim * static_cast<std::int64_t>(sizeof(float));
        most = std::max(most, before + bytes); // the layer before and this one
        before = bytes;
    }
    int width = std::max(config.encoderDim(), config.contextDim());
    for (const auto& layer : config.convAggregatorLayers)
        width = std::max(width, layer.dim);
    const std::int64_t aggregated = rows * width * static_cast<std::int64_t>(sizeof(float)) * 2;
    return std::max(most, aggregated);
}

Result<void> streamFeatures(const PreparedModel& model, const SampleSource& audio,
                            std::span<const FeatureRequest> requests,
                            std::span<const FeatureInfo> offered, RowStore::Place place,
                            int threads, const Progress& progress)
{
    StreamHistory history(model);
    return Pass(model, history, audio, requests, offered, place, threads, progress).run();
}

Result<void> continueFeatures(const PreparedModel& model, StreamHistory& history,
                              const SampleSource& audio, std::span<const FeatureRequest> requests,
                              std::span<const FeatureInfo> offered)
{
    const Progress silent;
    return Pass(model, history, audio, requests, offered, RowStore::Place::Memory, 1, silent).run();
}

} // namespace phono
