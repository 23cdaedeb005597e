#pragma once

#include "widgets/document.h"

#include <chrono>
#include <functional>

namespace phono {

/// Says from time to time that it is time again: ten times a second, or as often as wished.
class Throttle {
public:
    explicit Throttle(std::chrono::milliseconds pause = std::chrono::milliseconds(100))
        : m_pause(pause)
    {
    }

    /// True the first time, and when the last true is long enough ago.
    bool due();

private:
    std::chrono::milliseconds m_pause;
    std::chrono::steady_clock::time_point m_next{};
};

/// How long something still takes, from what has been done since it began.
class TimeLeft {
public:
    /// In seconds; negative while it is too early to say.
    double estimate(double fraction) const;

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

/// Keeps the rows of a feature as they are computed and shows, from time to time and at the end,
/// all there are. For one thread, which also calls `show`.
class GrowingFeature : public FeatureSink {
public:
    using Show = std::function<void(DocumentFeature)>;
    explicit GrowingFeature(Show show);

    Result<void> begin(const FeatureInfo& info, std::int64_t frames) override;
    Result<void> write(std::int64_t first, std::span<const float> rows) override;

private:
    Show m_show;
    FeatureInfo m_info;
    std::shared_ptr<FeatureStorage> m_storage;
    std::int64_t m_frames = 0;
    Throttle m_throttle;
};

} // namespace phono
