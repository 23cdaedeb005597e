#pragma once

#include "core/base/feature_matrix.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace phono {

/// How many values become one: the largest, or their mean.
enum class Aggregation { Max, Mean };

/// The largest (or mean) values of any stretch of frames, quickly: cells of 8 frames, four to one
/// from level to level, above the frames themselves.
///
/// Immutable and cheap to copy. extended() shares all finished parts, so that a feature that is
/// still being computed costs its new frames only.
class TimePyramid {
public:
    explicit TimePyramid(Aggregation aggregation = Aggregation::Max)
        : m_aggregation(aggregation)
    {
    }

    /// The pyramid over `values`, whose first frames must be those of this one. Returns what was
    /// there before when stopped.
    TimePyramid extended(const FeatureMatrix& values, std::stop_token stop = {}) const;

    Aggregation aggregation() const { return m_aggregation; }
    const FeatureMatrix& values() const { return m_values; }
    std::int64_t frames() const { return m_values.frames(); }
    int channels() const { return m_values.channels(); }

    /// The length of the cells, in frames, that stretches of about `frames` frames are best read
    /// by: at most half of it, or 1.
    std::int64_t cellFrames(double frames) const;
    /// Channels [firstChannel, firstChannel + out.size()) over frames [first, last), which lie
    /// inside the feature and are not empty, from cells of `cellFrames` frames. Both ends are
    /// rounded down to whole cells, so that adjoining stretches never share a cell and never leave
    /// one out.
    void aggregate(std::int64_t first, std::int64_t last, std::int64_t cellFrames, int firstChannel,
                   std::span<float> out) const;

private:
    static constexpr int kFirstCell = 8;
    static constexpr int kFactor = 4;
    static constexpr std::int64_t kBlockCells = 256;

    struct Level {
        std::int64_t cellFrames = 0;
        std::vector<std::shared_ptr<const std::vector<float>>> blocks;
    };

    const float* cell(const Level& level, std::int64_t index) const
    {
        return level.blocks[std::size_t(index / kBlockCells)]->data()
            + (index % kBlockCells) * channels();
    }
    /// Level `index` of `next`, sharing what this pyramid has of it. Unfinished when stopped.
    Level extendedLevel(const TimePyramid& next, std::size_t index,
                        const std::stop_token& stop) const;
    void reduceCell(const Level* source, std::int64_t first, std::int64_t last, int firstChannel,
                    std::span<float> out) const;

    Aggregation m_aggregation;
    FeatureMatrix m_values;
    std::vector<Level> m_levels;
};

} // namespace phono
