#pragma once

#include "core/base/result.h"

#include <mutex>
#include <string>
#include <vector>

namespace phono {

/// A sound device as PortAudio lists it.
struct SoundDevice {
    std::string name;
    std::string hostApi; ///< "ALSA", "JACK Audio Connection Kit"
    int inputChannels = 0; ///< at most
    int outputChannels = 0;
    double defaultRate = 0; ///< in Hz
    double inputLatency = 0; ///< in seconds, the device's proposal for undisturbed recording
    double outputLatency = 0;
    bool isDefaultInput = false;
    bool isDefaultOutput = false;
};

enum class SoundDirection { Input, Output };

/// Which device is meant, by name: PortAudio's numbers change. The default one with no name.
struct DeviceChoice {
    std::string name = {};
    std::string hostApi = {}; ///< empty: any
    bool isDefault() const { return name.empty(); }
    bool operator==(const DeviceChoice&) const = default;
};

/// PortAudio: what sound devices there are, and the right to open one.
///
/// Nothing is touched before the first need: listing the devices takes time. May be used from any
/// thread; calls wait for each other, and for a device that takes its time to open or close.
class SoundSystem {
public:
    SoundSystem() = default;
    /// All streams must be gone.
    ~SoundSystem();
    SoundSystem(const SoundSystem&) = delete;
    SoundSystem& operator=(const SoundSystem&) = delete;

    /// The devices that were there at the first call, or the last rescan().
    Result<std::vector<SoundDevice>> devices();
    /// Finds devices that came or went. Fails while a stream is open, which it would close.
    Result<std::vector<SoundDevice>> rescan();
    /// An input device's own rate, in Hz.
    Result<int> ownRate(const DeviceChoice& choice);
    /// The rates, of the usual ones and the device's own, that so many channels can be recorded at,
    /// in Hz. Opens the device to ask it.
    Result<std::vector<int>> inputRates(const DeviceChoice& choice, int channels);

private:
    friend class PortAudioStream;

    Result<void> begin();
    std::vector<SoundDevice> list() const;
    /// Its number and facts, or the reason why there is none; m_mutex must be held.
    struct Found {
        int index = 0;
        SoundDevice device;
    };
    Result<Found> find(const DeviceChoice& choice, SoundDirection direction);

    std::mutex m_mutex;
    bool m_begun = false;
    int m_openStreams = 0;
};

/// PortAudio's words for an error code, with those of the system behind it.
std::string portAudioErrorText(int code);

} // namespace phono
