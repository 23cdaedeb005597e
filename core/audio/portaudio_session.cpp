#include "core/audio/portaudio_session.h"

#include <portaudio.h>

#include <dlfcn.h>

namespace phono {
namespace {

void ignoreAlsa(const char*, int, const char*, int, const char*, ...)
{
}
void ignoreJack(const char*)
{
}

/// ALSA and JACK tell of every device that is not there on stderr. Their handlers are looked up by
/// name, as PortAudio may have been built with or without either.
void silenceBackends()
{
    if (auto* set = dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler"))
        reinterpret_cast<int (*)(decltype(&ignoreAlsa))>(set)(ignoreAlsa);
    for (const char* name : {"jack_set_error_function", "jack_set_info_function"})
        if (auto* set = dlsym(RTLD_DEFAULT, name))
            reinterpret_cast<void (*)(decltype(&ignoreJack))>(set)(ignoreJack);
}

} // namespace

PortAudioSession::~PortAudioSession()
{
    if (m_begun)
        Pa_Terminate();
}

Result<void> PortAudioSession::begin()
{
    if (m_begun)
        return {};
    silenceBackends();
    const auto code = Pa_Initialize();
    m_begun = code == paNoError;
    if (!m_begun)
        return Error{"cannot use the sound system: " + portAudioErrorText(code) + "."};
    return {};
}

Result<void> PortAudioSession::rescan()
{
    if (m_begun)
        Pa_Terminate();
    m_begun = false;
    return begin();
}

std::string portAudioErrorText(int code)
{
    std::string text = Pa_GetErrorText(code);
    const auto* host = Pa_GetLastHostErrorInfo();
    if (code == paUnanticipatedHostError && host && host->errorText && *host->errorText)
        text += std::string(" (") + host->errorText + ")";
    return text;
}

} // namespace phono
