#include "widgets/plot/feature_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace phono {

void ChannelStatistics::add(std::span<const float> frame)
{
    m_sums.resize(frame.size());
    m_squares.resize(frame.size());
    for (std::size_t c = 0; c < frame.size(); ++c) {
        const double v = frame[c];
        m_sums[c] += v;
        m_squares[c] += v * v;
    }
    ++m_frames;
}

double ChannelStatistics::mean(int channel) const
{
    return m_frames > 0 ? m_sums[std::size_t(channel)] / double(m_frames) : 0;
}

double ChannelStatistics::deviation(int channel) const
{
    if (m_frames == 0)
        return 0;
    const double m = mean(channel);
    return std::sqrt(std::max(0.0, m_squares[std::size_t(channel)] / double(m_frames) - m * m));
}

std::vector<double> ChannelStatistics::deviations() const
{
    std::vector<double> result(m_sums.size());
    for (std::size_t c = 0; c < result.size(); ++c)
        result[c] = deviation(int(c));
    return result;
}

QuantileTable::QuantileTable(std::vector<float> values)
{
    std::erase_if(values, [](float v) { return !std::isfinite(v); });
    if (values.empty())
        return;
    std::ranges::sort(values);
    m_quantiles.resize(kSteps + 1);
    for (int i = 0; i <= kSteps; ++i) {
        const double place = double(values.size() - 1) * i / kSteps;
        m_quantiles[std::size_t(i)] = values[std::size_t(std::lround(place))];
    }
}

double QuantileTable::at(double percent) const
{
    if (m_quantiles.empty())
        return 0;
    const double place = std::clamp(percent, 0.0, 100.0) / 100 * kSteps;
    return m_quantiles[std::size_t(std::lround(place))];
}

void FrameSample::add(std::int64_t index, std::span<const float> frame)
{
    if (index % m_stride != 0)
        return;
    m_rows.insert(m_rows.end(), frame.begin(), frame.end());
    if (++m_frames < kMostFrames)
        return;
    // Full: every other frame leaves, and from now on half as many come.
    const auto width = std::ptrdiff_t(frame.size());
    m_stride *= 2;
    m_frames /= 2;
    for (std::ptrdiff_t kept = 1; kept < m_frames; ++kept)
        std::copy_n(m_rows.begin() + 2 * kept * width, width, m_rows.begin() + kept * width);
    m_rows.resize(std::size_t(m_frames * width));
}

namespace {

/// Up to about 250,000 of the sampled values, evenly from all channels.
QuantileTable quantiles(const FeatureSummary& summary, bool ofScores)
{
    const auto rows = summary.sample.rows();
    const auto channels = std::size_t(summary.pyramid.channels());
    std::vector<float> means(channels), scales(channels, 1.0f);
    for (std::size_t c = 0; ofScores && c < channels; ++c) {
        const double deviation = summary.statistics.deviation(int(c));
        means[c] = float(summary.statistics.mean(int(c)));
        scales[c] = deviation > 0 ? float(1 / deviation) : 0.0f;
    }
    constexpr std::size_t kEnough = 250'000;
    std::size_t step = rows.size() / kEnough + 1;
    // A step that shares a factor with the width would visit some channels only.
    while (std::gcd(step, channels) != 1)
        ++step;
    std::vector<float> values;
    values.reserve(rows.size() / step + 1);
    for (std::size_t i = 0; i < rows.size(); i += step) {
        const std::size_t c = i % channels;
        values.push_back(ofScores ? std::abs((rows[i] - means[c]) * scales[c]) : rows[i]);
    }
    return QuantileTable(std::move(values));
}

bool continues(const FeatureSummary& summary, const SummaryRequest& request)
{
    const auto& known = summary.pyramid.values();
    return summary.pyramid.aggregation() == request.aggregation
        && known.data() == request.values.data() && known.channels() == request.values.channels()
        && known.frames() <= request.values.frames();
}

std::vector<int> arranged(const FeatureSummary& summary, ChannelOrder order,
                          const std::stop_token& stop)
{
    if (order == ChannelOrder::Variance)
        return orderByVariance(summary.statistics.deviations());
    if (order == ChannelOrder::Similarity)
        return orderBySimilarity(summary.sample.rows(), summary.pyramid.channels(), stop);
    std::vector<int> byIndex(std::size_t(summary.pyramid.channels()));
    std::iota(byIndex.begin(), byIndex.end(), 0);
    return byIndex;
}

} // namespace

std::shared_ptr<const FeatureSummary> summarise(std::shared_ptr<const FeatureSummary> previous,
                                                const SummaryRequest& request, std::stop_token stop)
{
    FeatureSummary next;
    next.pyramid = TimePyramid(request.aggregation);
    if (previous && continues(*previous, request))
        next = *previous;
    const auto& values = request.values;
    const std::int64_t known = next.pyramid.frames();

    next.pyramid = next.pyramid.extended(values, stop);
    for (std::int64_t t = known; t < values.frames(); ++t) {
        if (t % 1024 == 0 && stop.stop_requested())
            return nullptr;
        next.statistics.add(values.frame(t));
        next.sample.add(t, values.frame(t));
    }
    if (known != values.frames()) {
        next.values = quantiles(next, false);
        next.scores = quantiles(next, true);
    }
    // Rows that change places while frames come in would be hard to follow: wait for twice as many.
    const bool grown = values.frames() >= 2 * known || request.complete;
    if (next.order.empty() || next.orderKind != request.order
        || (grown && known != values.frames() && request.order != ChannelOrder::Index))
        next.order = arranged(next, request.order, stop);
    next.orderKind = request.order;
    if (stop.stop_requested())
        return nullptr;
    return std::make_shared<const FeatureSummary>(std::move(next));
}

} // namespace phono
