#pragma once

#include "core/base/result.h"

#include <string>

namespace phono {

/// Keeps PortAudio initialised from the first need on, and quiet. For one thread at a time.
///
/// PortAudio is not touched before begin(): listing the devices takes time, and a broken ALSA
/// configuration makes it abort the process.
class PortAudioSession {
public:
    PortAudioSession() = default;
    PortAudioSession(const PortAudioSession&) = delete;
    PortAudioSession& operator=(const PortAudioSession&) = delete;
    ~PortAudioSession();

    Result<void> begin();
    /// Finds devices that came or went since begin(). Closes all streams.
    Result<void> rescan();

private:
    bool m_begun = false;
};

/// PortAudio's words for an error code, with those of the system behind it.
std::string portAudioErrorText(int code);

} // namespace phono
