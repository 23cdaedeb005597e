#pragma once

#include "widgets/plot/channel_order.h"
#include "widgets/plot/time_pyramid.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace phono {

/// Mean and deviation of each channel over all frames so far.
class ChannelStatistics {
public:
    void add(std::span<const float> frame);
    double mean(int channel) const;
    double deviation(int channel) const;
    std::vector<double> deviations() const;

private:
    std::int64_t m_frames = 0;
    std::vector<double> m_sums, m_squares;
};

/// Every percentile of a set of values, in steps of a tenth.
class QuantileTable {
public:
    QuantileTable() = default;
    /// Values that are not finite do not count.
    explicit QuantileTable(std::vector<float> values);
    /// `percent` in [0, 100]; 0 without values.
    double at(double percent) const;

private:
    static constexpr int kSteps = 1000;
    std::vector<float> m_quantiles;
};

/// Whole frames, evenly spread over a feature that may still grow, at most 2047.
class FrameSample {
public:
    void add(std::int64_t index, std::span<const float> frame);
    std::span<const float> rows() const { return m_rows; }

private:
    static constexpr std::int64_t kMostFrames = 2048;
    std::int64_t m_stride = 1;
    std::int64_t m_frames = 0;
    std::vector<float> m_rows;
};

/// All that a heatmap needs of a feature beside its numbers. Immutable once shared.
struct FeatureSummary {
    TimePyramid pyramid;
    ChannelStatistics statistics;
    FrameSample sample;
    QuantileTable values;
    QuantileTable scores; ///< of |value - mean| / deviation
    ChannelOrder orderKind = ChannelOrder::Index;
    std::vector<int> order; ///< channel of each row, from the bottom
};

/// What a summary is wanted of, and how.
struct SummaryRequest {
    FeatureMatrix values;
    Aggregation aggregation = Aggregation::Max;
    ChannelOrder order = ChannelOrder::Index;
    bool complete = true; ///< no more frames will come

    /// Asks for the same: the same frames of the same numbers, arranged alike.
    bool same(const SummaryRequest& other) const
    {
        return values.data() == other.values.data() && values.frames() == other.values.frames()
            && aggregation == other.aggregation && order == other.order
            && complete == other.complete;
    }
};

/// `previous` (may be null) grown or rebuilt to meet `request`; null when stopped. Takes a second
/// for an hour: for a worker thread.
std::shared_ptr<const FeatureSummary> summarise(std::shared_ptr<const FeatureSummary> previous,
                                                const SummaryRequest& request,
                                                std::stop_token stop = {});

} // namespace phono
