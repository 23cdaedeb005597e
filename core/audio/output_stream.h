#pragma once

#include "core/audio/playback_clock.h"
#include "core/audio/sample_ring.h"
#include "core/base/result.h"

#include <atomic>
#include <cstddef>
#include <memory>

namespace phono {

/// One channel of sound to the default output device, taken from a ring by PortAudio's callback.
/// For one thread, apart from the ring's and the clock's other sides.
class OutputStream {
public:
    /// At `wantedRate` (Hz), or, if the device cannot, at its own rate. `clock` must outlive the
    /// stream. PortAudio must be initialised.
    static Result<std::unique_ptr<OutputStream>> open(double wantedRate, PlaybackClock& clock);
    /// Stops at once.
    ~OutputStream();
    OutputStream(const OutputStream&) = delete;
    OutputStream& operator=(const OutputStream&) = delete;

    double rate() const { return m_rate; }
    SampleRing& ring() { return m_ring; }

    Result<void> start();
    /// Whether the ring has got its last sample: when that is heard, the stream has finished.
    void setFinishing(bool finishing);

    enum class State { Playing, Finished, Lost };
    /// Lost: the device stopped by itself, or has not asked for samples for two seconds.
    State state() const;

private:
    explicit OutputStream(PlaybackClock& clock);

    struct Callback;

    PlaybackClock& m_clock;
    SampleRing m_ring;
    void* m_stream = nullptr;
    double m_rate = 0;
    double m_latency = 0; ///< seconds, as the device declares it
    std::atomic<bool> m_finishing = false;
    std::atomic<bool> m_handedOver = false; ///< the device has got everything
    std::atomic<double> m_lastCallback = 0; ///< seconds of the steady clock
};

} // namespace phono
