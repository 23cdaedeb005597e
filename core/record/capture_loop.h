#pragma once

#include "core/record/monitor.h"
#include "core/record/pre_roll.h"
#include "core/record/recorder.h"
#include "core/record/take_file.h"
#include "core/record/take_notes.h"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace phono {

/// What a recorder's thread does with an open device. For that thread.
class CaptureLoop {
public:
    /// `system` must outlive the loop; the stream has been started.
    CaptureLoop(SoundSystem& system, std::unique_ptr<InputStream> stream,
                std::shared_ptr<LiveTap> tap);

    /// Takes what has come. False when the device is lost: then the take has been ended.
    bool step();

    void record(const TakeRequest& request);
    void setPaused(bool paused);
    void addMarker(std::string name);
    /// Ends the take.
    void stop() { endTake({}); }
    void resetClip() { m_watch.resetClip(); }
    void setMonitor(const std::optional<DeviceChoice>& output);

    RecorderStatus status() const;
    std::vector<RecorderEvent> takeEvents() { return std::exchange(m_events, {}); }

private:
    struct OngoingTake {
        TakeFile file;
        TakeStatistics statistics;
        TakeReport report;
        std::int64_t overflowsBefore = 0;
        std::int64_t droppedBefore = 0;
        std::int64_t framesLeft = 0; ///< 0: no limit
        bool paused = false;
    };

    void takeInAll();
    void takeIn(std::span<const float> interleaved);
    void write(std::span<const float> interleaved);
    void discard(const TakeReport& report);
    void endTake(std::optional<Error> error);
    void lookAtDisk();
    Error lostError() const;

    SoundSystem& m_system;
    std::unique_ptr<InputStream> m_stream;
    std::shared_ptr<LiveTap> m_tap;
    LevelWatch m_watch;
    PreRoll m_preRoll;
    std::vector<float> m_block;
    std::vector<float> m_mono;
    std::unique_ptr<Monitor> m_monitor;
    std::vector<std::unique_ptr<Monitor>> m_endingMonitors; ///< still closing their device
    std::optional<OngoingTake> m_take;
    std::optional<std::uintmax_t> m_freeBytes;
    std::chrono::steady_clock::time_point m_lookedAtDisk;
    std::vector<RecorderEvent> m_events;
};

} // namespace phono
