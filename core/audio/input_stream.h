#pragma once

#include "core/audio/sample_ring.h"
#include "core/audio/sound_system.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace phono {

class PortAudioStream;

/// Where to record from, and how.
struct InputRequest {
    DeviceChoice device = {};
    int firstChannel = 0; ///< of the device; those before it are left out
    int channels = 1;
    int rate = 0; ///< in Hz; 0: the device's own
    double latency = 0; ///< in seconds; 0: what the device proposes
    bool operator==(const InputRequest&) const = default;
};

/// Sound from an input device, put into a ring by PortAudio's callback. For one thread.
class InputStream {
public:
    /// The stream delivers from the moment start() is called.
    static Result<std::unique_ptr<InputStream>> open(SoundSystem& system,
                                                     const InputRequest& request);
    /// Stops at once. May take long when the device has hung.
    ~InputStream();
    InputStream(const InputStream&) = delete;
    InputStream& operator=(const InputStream&) = delete;

    int rate() const;
    int channels() const { return m_channels; }
    const SoundDevice& device() const;

    Result<void> start();
    /// Samples that have come and not been taken.
    std::size_t available() const { return m_ring->available(); }
    /// Takes what has come: whole frames, channels in turn. Returns how many samples.
    std::size_t read(std::span<float> samples) { return m_ring->read(samples); }

    /// The device stopped by itself, or hangs. To be asked every few milliseconds: a device that
    /// is silent gets one new start first, which counts as an overflow.
    bool isLost();
    /// How often samples were lost before they got here.
    std::int64_t overflows() const { return m_overflows.load(std::memory_order_relaxed); }
    /// Frames that were lost here because nobody took them for seconds.
    std::int64_t droppedFrames() const { return m_dropped.load(std::memory_order_relaxed); }

private:
    struct Callback;
    InputStream(int firstChannel, int channels);
    void put(const float* frames, std::size_t count);

    int m_firstChannel;
    int m_channels;
    std::optional<SampleRing> m_ring; ///< there before the stream is started
    std::atomic<std::int64_t> m_overflows = 0;
    std::atomic<std::int64_t> m_dropped = 0;
    bool m_restarted = false; ///< since it became silent
    std::unique_ptr<PortAudioStream> m_stream; ///< last: its callback uses the others
};

} // namespace phono
