#pragma once

#include "core/audio/playback_clock.h"
#include "core/audio/sound_system.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <thread>

namespace phono {

/// One stretch of audio being played: a thread that opens the device, feeds it and closes it.
/// All members are for the owner's thread.
class Playback {
public:
    struct Stretch {
        Waveform audio;
        std::int64_t first = 0;
        std::int64_t last = 0; ///< > first
        std::int64_t begin = 0; ///< in [first, last): where the first pass begins
        bool loop = false;
        double speed = 1; ///< 2: in half the time, with the same pitch
    };

    /// `system` must outlive the playback. Begins when `before`, which may be null, has closed its
    /// device.
    Playback(SoundSystem& system, DeviceChoice device, Stretch stretch,
             std::unique_ptr<Playback> before);
    /// Stops, and waits for the thread.
    ~Playback() = default;
    Playback(const Playback&) = delete;
    Playback& operator=(const Playback&) = delete;

    /// Goes on after this pass, or ends with it.
    void setLoop(bool loop);
    /// Does not wait.
    void requestStop() { m_thread.request_stop(); }

    bool ended() const { return m_ended.load(std::memory_order_acquire); }
    /// Why it ended by itself before its time, if it did; only after ended().
    const std::optional<Error>& error() const { return m_error; }
    /// The sample now heard; never falls but where a loop begins anew.
    std::int64_t position();
    const Stretch& stretch() const { return m_stretch; }
    bool loops() const { return m_end == kEndless; }
    /// How often the device wanted samples that were not there.
    std::int64_t underflows() const { return m_underflows.load(std::memory_order_relaxed); }

private:
    static constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

    Result<void> play(const std::stop_token& stop);
    std::int64_t length() const { return m_stretch.last - m_stretch.first; }
    std::int64_t heard();
    /// From seconds of sound heard to samples from the stretch's first on.
    std::int64_t toStretch(double seconds) const;

    SoundSystem& m_system;
    const DeviceChoice m_device;
    const Stretch m_stretch;
    PlaybackClock m_clock;
    double m_heard = 0; ///< seconds
    std::atomic<std::int64_t> m_end; ///< whole passes to be played in all, in samples from first
    std::atomic<std::int64_t> m_underflows = 0;
    std::optional<Error> m_error;
    std::atomic<bool> m_ended = false;
    std::unique_ptr<Playback> m_before; ///< for the thread
    std::jthread m_thread; ///< last: it uses all the others
};

} // namespace phono
