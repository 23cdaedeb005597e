#include "core/audio/sound_system.h"

#include "core/audio/alsa_configuration.h"

#include <portaudio.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <dlfcn.h>

namespace phono {
namespace {

constexpr std::array kUsualRates = {8000,  11025, 16000, 22050, 24000, 32000,
                                    44100, 48000, 88200, 96000, 192000};

void ignoreJack(const char*)
{
}

/// JACK tells on stderr that it is not there. Looked up by name: PortAudio may be built without.
void silenceJack()
{
    for (const char* name : {"jack_set_error_function", "jack_set_info_function"})
        if (auto* set = dlsym(RTLD_DEFAULT, name))
            reinterpret_cast<void (*)(decltype(&ignoreJack))>(set)(ignoreJack);
}

int channelsOf(const SoundDevice& device, SoundDirection direction)
{
    return direction == SoundDirection::Input ? device.inputChannels : device.outputChannels;
}

Error noDevice(const DeviceChoice& choice, SoundDirection direction)
{
    const std::string kind = direction == SoundDirection::Input ? "input" : "output";
    if (choice.isDefault())
        return Error{"no sound " + kind
                     + " device was found. Connect one and look for devices again; everything "
                       "else works without."};
    return Error{"the sound " + kind + " device '" + choice.name
                 + "' is not there. Connect it and look for devices again, or choose another one."};
}

} // namespace

SoundSystem::~SoundSystem()
{
    end();
}

Result<void> SoundSystem::begin()
{
    if (m_begun)
        return {};
    if (auto usable = checkAlsaConfiguration(); !usable)
        return usable;
    silenceJack();
    const auto code = Pa_Initialize();
    m_begun = code == paNoError;
    if (!m_begun)
        return Error{"cannot use the sound system: " + portAudioErrorText(code) + "."};
    return {};
}

std::vector<SoundDevice> SoundSystem::list() const
{
    std::vector<SoundDevice> devices;
    for (int i = 0; i < Pa_GetDeviceCount(); ++i) {
        const auto* info = Pa_GetDeviceInfo(i);
        const auto* api = Pa_GetHostApiInfo(info->hostApi);
        devices.push_back({.name = info->name,
                           .hostApi = api ? api->name : "",
                           .inputChannels = info->maxInputChannels,
                           .outputChannels = info->maxOutputChannels,
                           .defaultRate = info->defaultSampleRate,
                           .inputLatency = info->defaultHighInputLatency,
                           .outputLatency = info->defaultHighOutputLatency,
                           .isDefaultInput = i == Pa_GetDefaultInputDevice(),
                           .isDefaultOutput = i == Pa_GetDefaultOutputDevice()});
    }
    return devices;
}

Result<std::vector<SoundDevice>> SoundSystem::devices()
{
    const std::scoped_lock lock(m_mutex);
    if (auto begun = begin(); !begun)
        return begun.error();
    return list();
}

Result<std::vector<SoundDevice>> SoundSystem::rescan()
{
    const std::scoped_lock lock(m_mutex);
    if (m_openStreams > 0)
        return Error{"devices cannot be looked for while one is in use: stop playing and "
                     "recording first."};
    end();
    if (auto begun = begin(); !begun)
        return begun.error();
    return list();
}

bool SoundSystem::renew()
{
    if (m_openStreams > 0)
        return false;
    end();
    return begin().ok();
}

void SoundSystem::end()
{
    if (m_begun)
        Pa_Terminate();
    m_begun = false;
    m_rates.clear();
}

Result<SoundSystem::Found> SoundSystem::find(const DeviceChoice& choice, SoundDirection direction)
{
    if (auto begun = begin(); !begun)
        return begun.error();
    const auto devices = list();
    for (int i = 0; i < static_cast<int>(devices.size()); ++i) {
        const auto& device = devices[static_cast<std::size_t>(i)];
        const bool isDefault =
            direction == SoundDirection::Input ? device.isDefaultInput : device.isDefaultOutput;
        const bool isMeant = choice.isDefault() ? isDefault
                                                : device.name == choice.name
                && (choice.hostApi.empty() || device.hostApi == choice.hostApi);
        if (isMeant && channelsOf(device, direction) > 0)
            return Found{i, device};
    }
    return noDevice(choice, direction);
}

Result<int> SoundSystem::ownRate(const DeviceChoice& choice)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = find(choice, SoundDirection::Input);
    if (!found)
        return found.error();
    return static_cast<int>(std::lround(found->device.defaultRate));
}

Result<std::vector<int>> SoundSystem::inputRates(const DeviceChoice& choice, int channels)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = find(choice, SoundDirection::Input);
    if (!found)
        return found.error();
    if (const auto known = m_rates.find({found->index, channels}); known != m_rates.end())
        return known->second;
    std::vector<int> rates;
    const auto own = static_cast<int>(std::lround(found->device.defaultRate));
    for (const int rate : kUsualRates) {
        const PaStreamParameters parameters{.device = found->index,
                                            .channelCount = channels,
                                            .sampleFormat = paFloat32,
                                            .suggestedLatency = found->device.inputLatency,
                                            .hostApiSpecificStreamInfo = nullptr};
        const auto code =
            rate == own ? paInvalidSampleRate : Pa_IsFormatSupported(&parameters, nullptr, rate);
        if (code == paFormatIsSupported)
            rates.push_back(rate);
        else if (code != paInvalidSampleRate)
            return Error{"the sound device '" + found->device.name
                         + "' does not tell its rates: " + portAudioErrorText(code) + "."};
    }
    rates.insert(std::ranges::lower_bound(rates, own), own);
    m_rates[{found->index, channels}] = rates;
    return rates;
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
