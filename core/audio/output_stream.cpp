#include "core/audio/output_stream.h"

#include "core/audio/portaudio_session.h"

#include <portaudio.h>

#include <algorithm>
#include <chrono>

namespace phono {
namespace {

constexpr std::size_t kRingSamples = 16384;
constexpr double kLongestSilence = 2; // seconds without a callback

double steadySeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

/// What runs in the device's thread: no locks, no memory, no system calls that wait.
struct OutputStream::Callback {
    static int run(const void*, void* output, unsigned long frames,
                   const PaStreamCallbackTimeInfo* time, PaStreamCallbackFlags, void* context)
    {
        auto& stream = *static_cast<OutputStream*>(context);
        stream.m_lastCallback.store(steadySeconds(), std::memory_order_relaxed);
        // Read before the ring: whoever sets it has written all samples before.
        const bool finishing = stream.m_finishing.load(std::memory_order_acquire);
        const std::span samples(static_cast<float*>(output), frames);
        const auto count = stream.m_ring.read(samples);
        for (auto& sample : samples.first(count))
            sample = std::clamp(sample, -1.0f, 1.0f);
        std::fill(samples.begin() + static_cast<std::ptrdiff_t>(count), samples.end(), 0.0f);
        if (count > 0) {
            double delay = time ? time->outputBufferDacTime - time->currentTime : 0;
            if (delay <= 0 || delay > kLongestSilence) // some drivers leave the times empty
                delay = stream.m_latency;
            stream.m_clock.advance(static_cast<std::int64_t>(count),
                                   std::chrono::duration<double>(delay));
        }
        if (finishing && count < samples.size())
            stream.m_handedOver.store(true, std::memory_order_release);
        // Silence follows until the last sample is heard: not every driver plays what it still has
        // when a callback says that it is done.
        return paContinue;
    }
};

OutputStream::OutputStream(PlaybackClock& clock)
    : m_clock(clock)
    , m_ring(kRingSamples)
{
}

Result<std::unique_ptr<OutputStream>> OutputStream::open(double wantedRate, PlaybackClock& clock)
{
    const auto device = Pa_GetDefaultOutputDevice();
    if (device == paNoDevice)
        return Error{"cannot play: no sound output device was found. Connect one and try again; "
                     "everything else works without."};
    const auto* about = Pa_GetDeviceInfo(device);
    const PaStreamParameters parameters{.device = device,
                                        .channelCount = 1,
                                        .sampleFormat = paFloat32,
                                        .suggestedLatency = about->defaultHighOutputLatency,
                                        .hostApiSpecificStreamInfo = nullptr};
    std::unique_ptr<OutputStream> stream(new OutputStream(clock));
    int code = paNoError;
    for (const double rate : {wantedRate, about->defaultSampleRate}) {
        code =
            Pa_OpenStream(&stream->m_stream, nullptr, &parameters, rate,
                          paFramesPerBufferUnspecified, paDitherOff, Callback::run, stream.get());
        stream->m_rate = rate;
        if (code != paInvalidSampleRate)
            break;
    }
    if (code != paNoError) {
        stream->m_stream = nullptr;
        return Error{"cannot play on the sound device '" + std::string(about->name)
                     + "': " + portAudioErrorText(code)
                     + ". Another program may be using it; close that one, or choose another "
                       "default device in the system's settings."};
    }
    stream->m_latency = Pa_GetStreamInfo(stream->m_stream)->outputLatency;
    clock.setRate(stream->m_rate);
    return stream;
}

OutputStream::~OutputStream()
{
    if (!m_stream)
        return;
    Pa_AbortStream(m_stream);
    Pa_CloseStream(m_stream);
}

Result<void> OutputStream::start()
{
    m_lastCallback = steadySeconds();
    if (const auto code = Pa_StartStream(m_stream); code != paNoError)
        return Error{"cannot start the sound device: " + portAudioErrorText(code) + "."};
    return {};
}

void OutputStream::setFinishing(bool finishing)
{
    if (finishing == m_finishing)
        return;
    m_handedOver = false;
    m_finishing = finishing;
}

OutputStream::State OutputStream::state() const
{
    const bool alive =
        Pa_IsStreamActive(m_stream) == 1 && steadySeconds() - m_lastCallback < kLongestSilence;
    const bool handedOver = m_finishing && m_handedOver.load(std::memory_order_acquire);
    if (handedOver && (!alive || m_clock.allHeard()))
        return State::Finished;
    return alive ? State::Playing : State::Lost;
}

} // namespace phono
