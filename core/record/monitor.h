#pragma once

#include "core/audio/sample_ring.h"
#include "core/audio/sound_system.h"
#include "core/base/result.h"

#include <atomic>
#include <optional>
#include <span>
#include <thread>

namespace phono {

/// Lets somebody hear what is being recorded, a little later. The device is opened, fed and closed
/// on a thread of the monitor's own: a loudspeaker that hangs must not hold up a recording. For one
/// thread, which never waits but in the destructor.
class Monitor {
public:
    /// `rate` of what will be put, in Hz. `system` must outlive the monitor.
    Monitor(SoundSystem& system, DeviceChoice output, int rate);
    /// Waits for the device to be closed.
    ~Monitor() = default;
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    /// Input and output run by clocks of their own: now and then a block is left out.
    void put(std::span<const float> mono);

    void requestStop() { m_thread.request_stop(); }
    bool ended() const { return m_ended.load(std::memory_order_acquire); }
    /// Why it ended by itself; only after ended().
    const std::optional<Error>& error() const { return m_error; }

private:
    Result<void> play(const std::stop_token& stop);

    SoundSystem& m_system;
    DeviceChoice m_device;
    int m_rate;
    SampleRing m_ring;
    std::optional<Error> m_error;
    std::atomic<bool> m_ended = false;
    std::jthread m_thread; ///< last: it uses all the others
};

} // namespace phono
