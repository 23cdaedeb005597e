#pragma once

#include "core/base/result.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>
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
    /// in Hz. Opens the device to ask it, once for each list of devices; fails while it is in use.
    Result<std::vector<int>> inputRates(const DeviceChoice& choice, int channels);

private:
    friend class PortAudioStream;

    // m_mutex must be held for all of these.
    Result<void> begin();
    /// Lists the devices anew; false while a stream is open, and when that fails.
    bool renew();
    void end();
    std::vector<SoundDevice> list() const;
    /// Its number and facts, or the reason why there is none.
    struct Found {
        int index = 0;
        SoundDevice device;
    };
    Result<Found> find(const DeviceChoice& choice, SoundDirection direction);

    std::mutex m_mutex;
    bool m_begun = false;
    /// What a device was found to offer, by its number and the channels.
    std::map<std::pair<int, int>, std::vector<int>> m_rates;
    int m_openStreams = 0;
};

/// PortAudio's words for an error code, with those of the system behind it.
std::string portAudioErrorText(int code);

} // namespace phono
