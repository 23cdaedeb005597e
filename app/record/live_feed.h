#pragma once

#include "app/engine/feature_engine.h"
#include "core/audio/spectrogram.h"
#include "core/record/live_tap.h"
#include "widgets/record/live_block.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace phono {

/// Makes what the live view shows of what a recorder hears. Two threads of its own: one for sound
/// and spectrogram, which are always in time, one for z and c, which may lag and leave out.
class LiveFeed {
public:
    /// `features` may be null: then there are no z and c. `z` says when its frames are.
    LiveFeed(std::shared_ptr<LiveTap> tap, const SpectrogramOptions& spectrogram,
             std::shared_ptr<LiveFeatures> features, FeatureInfo z);
    /// Waits for its threads: some tens of milliseconds.
    ~LiveFeed() = default;
    LiveFeed(const LiveFeed&) = delete;
    LiveFeed& operator=(const LiveFeed&) = delete;

    /// What came since the last call; of what nobody takes, the newest seconds are kept.
    LiveBlock take();
    /// Why there are no z and c any more, once.
    std::optional<Error> takeError();

    void requestStop();
    bool ended() const { return m_ended == 2; }

private:
    void hear(const std::stop_token& stop);
    void compute(const std::stop_token& stop);

    std::shared_ptr<LiveTap> m_tap;
    SpectrogramOptions m_spectrogram;
    std::shared_ptr<LiveFeatures> m_features;
    FeatureInfo m_z;
    SampleRing m_toCompute;
    std::atomic<std::int64_t> m_leftOut = 0; ///< samples that were not computed, ever
    std::atomic<std::int64_t> m_heard = 0; ///< samples at kModelRate, ever
    std::atomic<std::int64_t> m_computed = 0; ///< likewise, with those left out
    std::mutex m_mutex;
    LiveBlock m_block;
    std::optional<Error> m_error;
    std::atomic<int> m_ended = 0;
    std::jthread m_hearing; ///< last: they use all the others
    std::jthread m_computing;
};

} // namespace phono
