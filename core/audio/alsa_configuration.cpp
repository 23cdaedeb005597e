#include "core/audio/alsa_configuration.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <string>

// Declared here and looked up by name: PortAudio may have been built without ALSA.
struct _snd_config; // NOLINT(bugprone-reserved-identifier): ALSA's own name
struct _snd_config_update; // NOLINT(bugprone-reserved-identifier)

namespace phono {
namespace {

using Config = _snd_config;
using Update = _snd_config_update;
using ErrorHandler = void (*)(const char* file, int line, const char* function, int error,
                              const char* format, ...);

template <typename Function>
Function* symbol(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// What ALSA says of a configuration, the first message first.
thread_local std::string t_message;

void ignoreMessage(const char*, int, const char*, int, const char*, ...)
{
}

void keepFirstMessage(const char*, int, const char*, int, const char* format, ...)
{
    if (!t_message.empty())
        return;
    std::array<char, 1000> text = {};
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    t_message = text.data();
}

} // namespace

Result<void> checkAlsaConfiguration()
{
    auto* setHandler = symbol<int(ErrorHandler)>("snd_lib_error_set_handler");
    auto* update = symbol<int(Config**, Update**, const char*)>("snd_config_update_r");
    auto* search = symbol<int(Config*, const char*, Config**)>("snd_config_search");
    auto* freeConfig = symbol<int(Config*)>("snd_config_delete");
    auto* freeUpdate = symbol<int(Update*)>("snd_config_update_free");
    if (!setHandler || !update || !search || !freeConfig || !freeUpdate)
        return {};

    Config* top = nullptr;
    Update* state = nullptr;
    t_message.clear();
    setHandler(keepFirstMessage);
    const int code = update(&top, &state, nullptr);
    // Of every device that is not there, too, ALSA tells on stderr.
    setHandler(ignoreMessage);

    Config* found = nullptr;
    const bool usable = code >= 0 && top
        && (search(top, "pcm.default", &found) >= 0 || search(top, "pcm.dmix", &found) >= 0);
    if (top)
        freeConfig(top);
    if (state)
        freeUpdate(state);
    if (usable)
        return {};
    const std::string mend = " Mend it (see ~/.asoundrc, /etc/asound.conf and the environment "
                             "variable ALSA_CONFIG_PATH), then look for devices again.";
    if (code < 0)
        return Error{"cannot use the sound system: ALSA's configuration cannot be read"
                     + (t_message.empty() ? std::string() : " (" + t_message + ")") + "." + mend};
    return Error{"cannot use the sound system: ALSA's configuration names no device 'default'."
                 + mend};
}

} // namespace phono
