#include "core/model/live_extractor.h"

#include "core/model/graph.h"
#include "core/model/streaming_forward.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

/// Keeps the frames of one feature of one block.
class Frames : public FeatureSink {
public:
    explicit Frames(std::vector<float>& values)
        : m_values(values)
    {
    }
    Result<void> begin(const FeatureInfo& info, std::int64_t frames) override
    {
        m_values.reserve(static_cast<std::size_t>(frames * info.channels));
        return {};
    }
    Result<void> write(std::int64_t, std::span<const float> rows) override
    {
        m_values.insert(m_values.end(), rows.begin(), rows.end());
        return {};
    }

private:
    std::vector<float>& m_values;
};

std::array<FeatureInfo, 2> featuresOf(const ModelConfig& config)
{
    return {{{"z", config.encoderDim(), false, config.hop(), config.encoderReceptiveField()},
             {"c", config.contextDim(), false, config.hop(), config.contextReceptiveField()}}};
}

/// Which row a skip connection adds follows from the rows in all: a layer that is shorter than its
/// stride may turn out to need rows from long ago.
Result<void> checkSkipConnections(const PreparedModel& model)
{
    for (const auto& block : model.encoder) {
        const auto& layer = block.layer;
        if (model.config.skipConnectionsFeat && block.inChannels == layer.dim
            && layer.kernel < layer.stride)
            return Error{"this model has no live features: with skip_connections_feat, "
                         "conv_feature_layers = "
                         + toString(model.config.convFeatureLayers)
                         + " has a kernel shorter than its stride. Compute the features of the "
                           "finished recording"};
    }
    return {};
}

std::size_t keptBytesOf(const std::vector<LayerHistory>& layers)
{
    std::size_t bytes = 0;
    for (const auto& layer : layers)
        bytes += sizeof(layer) + layer.carried.size() * sizeof(float);
    return bytes;
}

} // namespace

struct LiveExtractor::Impl {
    /// What is known of the sound so far.
    struct State {
        explicit State(const PreparedModel& model)
            : history(model)
        {
        }
        /// Forgets samples that no frame to come sees.
        void dropSamples(int stride)
        {
            const auto used = std::min(history.firstLayerRows * stride - firstSample,
                                       static_cast<std::int64_t>(samples.size()));
            samples.erase(samples.begin(), samples.begin() + used);
            firstSample += used;
        }

        StreamHistory history;
        std::vector<float> samples; // that frames to come see, and
        std::int64_t firstSample = 0; // where they begin
        std::int64_t frames = 0;
    };

    explicit Impl(std::shared_ptr<const PreparedModel> prepared)
        : model(std::move(prepared))
        , features(featuresOf(model->config))
        , state(*model)
    {
    }
    Result<LiveRows> compute(State& next) const;

    std::shared_ptr<const PreparedModel> model;
    std::array<FeatureInfo, 2> features;
    State state;
};

Result<LiveRows> LiveExtractor::Impl::compute(State& next) const
{
    LiveRows rows;
    Frames z(rows.z);
    Frames c(rows.c);
    const std::array<FeatureRequest, 2> requests = {{{"z", &z}, {"c", &c}}};
    const int stride = model->firstLayer->stride();
    next.dropSamples(stride);
    const Waveform audio(next.samples);
    if (auto done = continueFeatures(*model, next.history, audio, requests, features); !done)
        return done.error();
    next.dropSamples(stride);
    rows.first = next.frames;
    rows.frames = static_cast<std::int64_t>(rows.z.size()) / model->config.encoderDim();
    next.frames += rows.frames;
    return rows;
}

LiveExtractor::LiveExtractor(std::unique_ptr<Impl> impl)
    : m_impl(std::move(impl))
{
}
LiveExtractor::~LiveExtractor() = default;
LiveExtractor::LiveExtractor(LiveExtractor&&) noexcept = default;
LiveExtractor& LiveExtractor::operator=(LiveExtractor&&) noexcept = default;

Result<LiveExtractor> LiveExtractor::create(std::shared_ptr<const PreparedModel> model)
{
    if (auto possible = checkSkipConnections(*model); !possible)
        return possible.error();
    return LiveExtractor(std::make_unique<Impl>(std::move(model)));
}

Result<LiveRows> LiveExtractor::process(std::span<const float> samples)
{
    auto& state = m_impl->state;
    const auto bad = std::ranges::find_if_not(samples, [](float x) { return std::isfinite(x); });
    if (bad != samples.end()) {
        const auto at = state.firstSample + static_cast<std::int64_t>(state.samples.size())
            + (bad - samples.begin());
        return Error{"sample " + std::to_string(at)
                     + " of the sound is not a finite number, and live features would stay without "
                       "meaning after it; look for what damages the sound"};
    }
    return withTorch<LiveRows>("the live features cannot be computed", [&]() -> Result<LiveRows> {
        at::set_num_threads(1);
        // A copy, which is small: a block that fails leaves the sound before it as it was.
        auto next = state;
        next.samples.insert(next.samples.end(), samples.begin(), samples.end());
        auto rows = m_impl->compute(next);
        if (rows)
            state = std::move(next);
        return rows;
    });
}

std::int64_t LiveExtractor::frames() const
{
    return m_impl->state.frames;
}

std::size_t LiveExtractor::keptBytes() const
{
    const auto& [history, samples, firstSample, frames] = m_impl->state;
    return sizeof(m_impl->state) + samples.size() * sizeof(float)
        + (history.windows.sum.size() + history.windows.products.size()) * sizeof(double)
        + history.quantizer.size() * sizeof(Moments) + keptBytesOf(history.encoder)
        + keptBytesOf(history.aggregator);
}

void LiveExtractor::reset()
{
    m_impl->state = Impl::State(*m_impl->model);
}

} // namespace phono
