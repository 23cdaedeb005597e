#pragma once

#include "core/audio/playback_clock.h"
#include "core/audio/portaudio_session.h"
#include "core/base/result.h"
#include "core/base/sample_source.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
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
        bool loop = false;
    };

    /// `session` must outlive the playback and serve no other one at the same time.
    Playback(PortAudioSession& session, Stretch stretch);
    /// Stops, and waits for the thread.
    ~Playback() = default;
    Playback(const Playback&) = delete;
    Playback& operator=(const Playback&) = delete;

    /// Whether the device could be opened; success, too, when that takes longer than `patience`.
    Result<void> waitForDevice(std::chrono::milliseconds patience);
    /// Goes on after this pass, or ends with it.
    void setLoop(bool loop);
    /// Does not wait.
    void requestStop() { m_thread.request_stop(); }

    bool ended() const { return m_ended.load(std::memory_order_acquire); }
    /// Why it ended by itself before its time, if it did; only after ended().
    const std::optional<Error>& error() const { return m_error; }
    /// The sample now heard; never falls but where a loop begins anew.
    std::int64_t position();

private:
    void run(const std::stop_token& stop, std::promise<Result<void>> opened);
    Result<void> play(const std::stop_token& stop, std::promise<Result<void>>& opened);
    std::int64_t length() const { return m_stretch.last - m_stretch.first; }
    std::int64_t heard();

    PortAudioSession& m_session;
    const Stretch m_stretch;
    PlaybackClock m_clock;
    double m_heard = 0; ///< seconds
    std::atomic<std::int64_t> m_end; ///< whole passes to be played in all, in samples
    std::optional<Error> m_error;
    std::atomic<bool> m_ended = false;
    std::future<Result<void>> m_opened;
    std::jthread m_thread; ///< last: it uses all the others
};

} // namespace phono
