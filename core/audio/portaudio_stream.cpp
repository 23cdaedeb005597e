#include "core/audio/portaudio_stream.h"

#include <chrono>
#include <cmath>

namespace phono {
namespace {

double steadySeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string number(double value)
{
    return std::to_string(std::lround(value));
}

Error openingError(const SoundDevice& device, const StreamRequest& request, double rate, int code)
{
    const bool input = request.direction == SoundDirection::Input;
    const std::string begin =
        std::string(input ? "cannot record from" : "cannot play on") + " '" + device.name + "': ";
    switch (code) {
    case paInvalidSampleRate:
        return Error{begin + "it does not offer " + number(rate)
                     + " Hz. Choose another rate; its own is " + number(device.defaultRate)
                     + " Hz."};
    case paInvalidChannelCount:
        return Error{begin + "it does not offer " + std::to_string(request.channels)
                     + (request.channels == 1 ? " channel." : " channels.")
                     + " Choose another number of channels; it has "
                     + std::to_string(input ? device.inputChannels : device.outputChannels) + "."};
    case paDeviceUnavailable:
        return Error{begin
                     + "it is in use by another program, or gone. Close that program, or look "
                       "for devices again and choose another one."};
    default:
        return Error{begin + portAudioErrorText(code)
                     + ". Look for devices again, or choose another one."};
    }
}

} // namespace

Result<std::unique_ptr<PortAudioStream>> PortAudioStream::open(SoundSystem& system,
                                                               const StreamRequest& request,
                                                               PaStreamCallback* callback,
                                                               void* context)
{
    const std::scoped_lock lock(system.m_mutex);
    bool mayBeCured = true;
    auto stream = tryOpen(system, request, callback, context, mayBeCured);
    // The device may have been connected or exchanged since the list was made.
    if (!stream && mayBeCured && system.renew())
        stream = tryOpen(system, request, callback, context, mayBeCured);
    return stream;
}

Result<std::unique_ptr<PortAudioStream>> PortAudioStream::tryOpen(SoundSystem& system,
                                                                  const StreamRequest& request,
                                                                  PaStreamCallback* callback,
                                                                  void* context, bool& mayBeCured)
{
    const auto found = system.find(request.device, request.direction);
    if (!found)
        return found.error();
    const auto& device = found->device;
    const bool input = request.direction == SoundDirection::Input;
    const double proposed = input ? device.inputLatency : device.outputLatency;
    const PaStreamParameters parameters{.device = found->index,
                                        .channelCount = request.channels,
                                        .sampleFormat = paFloat32,
                                        .suggestedLatency =
                                            request.latency > 0 ? request.latency : proposed,
                                        .hostApiSpecificStreamInfo = nullptr};
    std::unique_ptr<PortAudioStream> stream(new PortAudioStream(system));
    double rate = request.rate > 0 ? request.rate : device.defaultRate;
    const auto tryRate = [&] {
        return Pa_OpenStream(&stream->m_stream, input ? &parameters : nullptr,
                             input ? nullptr : &parameters, rate, paFramesPerBufferUnspecified,
                             paDitherOff, callback, context);
    };
    auto code = tryRate();
    if (code == paInvalidSampleRate && request.ownRateWillDo) {
        rate = device.defaultRate;
        code = tryRate();
    }
    if (code != paNoError) {
        stream->m_stream = nullptr;
        mayBeCured = code != paInvalidSampleRate && code != paInvalidChannelCount;
        return openingError(device, request, rate, code);
    }
    ++system.m_openStreams;
    const auto* info = Pa_GetStreamInfo(stream->m_stream);
    stream->m_device = device;
    stream->m_rate = rate;
    stream->m_latency = input ? info->inputLatency : info->outputLatency;
    return stream;
}

PortAudioStream::~PortAudioStream()
{
    if (!m_stream)
        return;
    m_restart = {}; // waits for it
    Pa_AbortStream(m_stream);
    const std::scoped_lock lock(m_system.m_mutex);
    Pa_CloseStream(m_stream);
    --m_system.m_openStreams;
}

Result<void> PortAudioStream::start()
{
    m_lastCallback = steadySeconds();
    if (const auto code = Pa_StartStream(m_stream); code != paNoError)
        return Error{"cannot start the sound device '" + m_device.name
                     + "': " + portAudioErrorText(code) + "."};
    return {};
}

bool PortAudioStream::isLost() const
{
    return silence() > kLongestSilence || (!m_restarting && Pa_IsStreamActive(m_stream) != 1);
}

double PortAudioStream::silence() const
{
    return steadySeconds() - m_lastCallback.load(std::memory_order_relaxed);
}

void PortAudioStream::restart()
{
    m_restarting = true;
    m_restart = std::jthread([this] {
        Pa_AbortStream(m_stream);
        Pa_StartStream(m_stream);
        m_restarting = false;
    });
}

void PortAudioStream::callbackRan()
{
    m_lastCallback.store(steadySeconds(), std::memory_order_relaxed);
}

} // namespace phono
