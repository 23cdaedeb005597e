#pragma once

#include "core/audio/playback_clock.h"
#include "core/audio/sample_ring.h"
#include "core/audio/sound_system.h"
#include "core/base/result.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace phono {

class PortAudioStream;

/// One channel of sound to an output device, taken from a ring by PortAudio's callback.
/// For one thread, apart from the ring's and the clock's other sides.
class OutputStream {
public:
    /// At `wantedRate` (Hz), or, if the device cannot, at its own rate. `clock` must outlive the
    /// stream.
    static Result<std::unique_ptr<OutputStream>>
    open(SoundSystem& system, const DeviceChoice& device, double wantedRate, PlaybackClock& clock);
    /// Stops at once. May take long when the device has hung.
    ~OutputStream();
    OutputStream(const OutputStream&) = delete;
    OutputStream& operator=(const OutputStream&) = delete;

    double rate() const;
    SampleRing& ring() { return m_ring; }

    Result<void> start();
    /// Whether the ring has got its last sample: when that is heard, the stream has finished.
    void setFinishing(bool finishing);

    enum class State { Playing, Finished, Lost };
    /// Lost: the device stopped by itself, or has not asked for samples for some time.
    State state() const;
    /// How often the device wanted samples that were not there.
    std::int64_t underflows() const { return m_underflows.load(std::memory_order_relaxed); }

private:
    explicit OutputStream(PlaybackClock& clock);

    struct Callback;

    PlaybackClock& m_clock;
    SampleRing m_ring;
    std::atomic<bool> m_finishing = false;
    std::atomic<bool> m_handedOver = false; ///< the device has got everything
    std::atomic<std::int64_t> m_underflows = 0;
    std::unique_ptr<PortAudioStream> m_stream; ///< last: its callback uses the others
};

} // namespace phono
