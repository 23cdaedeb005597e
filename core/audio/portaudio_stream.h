#pragma once

#include "core/audio/sound_system.h"

#include <portaudio.h>

#include <atomic>
#include <memory>
#include <thread>

namespace phono {

/// What a stream is to be.
struct StreamRequest {
    DeviceChoice device = {};
    SoundDirection direction = SoundDirection::Output;
    int channels = 1;
    double rate = 0; ///< in Hz; 0: the device's own
    bool ownRateWillDo = false; ///< when the device does not offer `rate`
    double latency = 0; ///< in seconds; 0: what the device proposes
};

/// One stream of 32 bit floats from or to a sound device, from opening to closing, with a watch on
/// whether its callback is still called. For one thread.
class PortAudioStream {
public:
    /// Looks for devices once more if it is not there, or in the way of something, and nothing else
    /// is open. `callback` must begin with callbackRan(), and lock and wait for nothing. Errors say
    /// what the device lacks.
    static Result<std::unique_ptr<PortAudioStream>> open(SoundSystem& system,
                                                         const StreamRequest& request,
                                                         PaStreamCallback* callback, void* context);
    /// Stops at once. May take long when the device has hung.
    ~PortAudioStream();
    PortAudioStream(const PortAudioStream&) = delete;
    PortAudioStream& operator=(const PortAudioStream&) = delete;

    double rate() const { return m_rate; }
    double latency() const { return m_latency; } ///< in seconds, as the device declares it
    const SoundDevice& device() const { return m_device; }

    Result<void> start();
    /// The device stopped by itself, or has not called back for kLongestSilence.
    bool isLost() const;
    /// Seconds since the last callback.
    double silence() const;
    /// Stops and starts a stream that is silent, without which PortAudio does not recover some
    /// devices that lost samples. Done on another thread: stopping a device that hangs takes long.
    void restart();

    /// For the callback.
    void callbackRan();

    static constexpr double kLongestSilence = 1.5; ///< in seconds

private:
    explicit PortAudioStream(SoundSystem& system)
        : m_system(system)
    {
    }

    /// The system's mutex must be held. Clears `mayBeCured` when no other list of devices helps.
    static Result<std::unique_ptr<PortAudioStream>> tryOpen(SoundSystem& system,
                                                            const StreamRequest& request,
                                                            PaStreamCallback* callback,
                                                            void* context, bool& mayBeCured);

    SoundSystem& m_system;
    SoundDevice m_device;
    PaStream* m_stream = nullptr;
    double m_rate = 0;
    double m_latency = 0;
    std::atomic<double> m_lastCallback = 0; ///< seconds of the steady clock
    std::atomic<bool> m_restarting = false;
    std::jthread m_restart;
};

} // namespace phono
