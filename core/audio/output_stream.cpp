#include "core/audio/output_stream.h"

#include "core/audio/portaudio_stream.h"

#include <algorithm>
#include <chrono>
#include <span>

namespace phono {
namespace {

constexpr std::size_t kRingSamples = 16384;
constexpr double kLongestDelay = 2; // seconds; drivers that say more are wrong

} // namespace

/// What runs in the device's thread: no locks, no memory, no system calls that wait.
struct OutputStream::Callback {
    static int run(const void*, void* output, unsigned long frames,
                   const PaStreamCallbackTimeInfo* time, PaStreamCallbackFlags flags, void* context)
    {
        auto& stream = *static_cast<OutputStream*>(context);
        stream.m_stream->callbackRan();
        // Read before the ring: whoever sets it has written all samples before.
        const bool finishing = stream.m_finishing.load(std::memory_order_acquire);
        const std::span samples(static_cast<float*>(output), frames);
        const auto count = stream.m_ring.read(samples);
        for (auto& sample : samples.first(count))
            sample = std::clamp(sample, -1.0f, 1.0f);
        std::fill(samples.begin() + static_cast<std::ptrdiff_t>(count), samples.end(), 0.0f);
        if (count > 0) {
            double delay = time ? time->outputBufferDacTime - time->currentTime : 0;
            if (delay <= 0 || delay > kLongestDelay) // some drivers leave the times empty
                delay = stream.m_stream->latency();
            stream.m_clock.advance(static_cast<std::int64_t>(count),
                                   std::chrono::duration<double>(delay));
        }
        if (finishing && count < samples.size())
            stream.m_handedOver.store(true, std::memory_order_release);
        else if (count < samples.size() || (flags & paOutputUnderflow))
            stream.m_underflows.fetch_add(1, std::memory_order_relaxed);
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

OutputStream::~OutputStream() = default;

Result<std::unique_ptr<OutputStream>> OutputStream::open(SoundSystem& system,
                                                         const DeviceChoice& device,
                                                         double wantedRate, PlaybackClock& clock)
{
    std::unique_ptr<OutputStream> made(new OutputStream(clock));
    auto stream = PortAudioStream::open(system,
                                        {.device = device,
                                         .direction = SoundDirection::Output,
                                         .channels = 1,
                                         .rate = wantedRate,
                                         .ownRateWillDo = true},
                                        Callback::run, made.get());
    if (!stream)
        return stream.error();
    made->m_stream = std::move(*stream);
    clock.setRate(made->rate());
    return made;
}

double OutputStream::rate() const
{
    return m_stream->rate();
}

Result<void> OutputStream::start()
{
    return m_stream->start();
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
    const bool alive = !m_stream->isLost();
    const bool handedOver = m_finishing && m_handedOver.load(std::memory_order_acquire);
    if (handedOver && (!alive || m_clock.allHeard()))
        return State::Finished;
    return alive ? State::Playing : State::Lost;
}

} // namespace phono
