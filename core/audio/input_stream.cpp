#include "core/audio/input_stream.h"

#include "core/audio/portaudio_stream.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr double kRingSeconds = 10; // a disk may sleep that long
constexpr double kPatience = 0.6; // seconds of silence, longer than any buffer

} // namespace

/// What runs in the device's thread: no locks, no memory, no system calls that wait.
struct InputStream::Callback {
    static int run(const void* input, void*, unsigned long frames, const PaStreamCallbackTimeInfo*,
                   PaStreamCallbackFlags flags, void* context)
    {
        auto& self = *static_cast<InputStream*>(context);
        self.m_stream->callbackRan();
        if (flags & paInputOverflow)
            self.m_overflows.fetch_add(1, std::memory_order_relaxed);
        if (!input)
            return paContinue;
        const auto channels = static_cast<std::size_t>(self.m_channels);
        const auto kept = std::min<std::size_t>(frames, self.m_ring->room() / channels);
        self.put(static_cast<const float*>(input), kept);
        if (kept < frames)
            self.m_dropped.fetch_add(static_cast<std::int64_t>(frames - kept),
                                     std::memory_order_relaxed);
        return paContinue;
    }
};

InputStream::InputStream(int firstChannel, int channels)
    : m_firstChannel(firstChannel)
    , m_channels(channels)
{
}

InputStream::~InputStream() = default;

Result<std::unique_ptr<InputStream>> InputStream::open(SoundSystem& system,
                                                       const InputRequest& request)
{
    std::unique_ptr<InputStream> made(new InputStream(request.firstChannel, request.channels));
    auto stream = PortAudioStream::open(system,
                                        {.device = request.device,
                                         .direction = SoundDirection::Input,
                                         .channels = request.firstChannel + request.channels,
                                         .rate = static_cast<double>(request.rate),
                                         .latency = request.latency},
                                        Callback::run, made.get());
    if (!stream)
        return stream.error();
    made->m_stream = std::move(*stream);
    made->m_ring.emplace(static_cast<std::size_t>(kRingSeconds * made->rate() * made->channels()));
    return made;
}

int InputStream::rate() const
{
    return static_cast<int>(std::lround(m_stream->rate()));
}

const SoundDevice& InputStream::device() const
{
    return m_stream->device();
}

Result<void> InputStream::start()
{
    return m_stream->start();
}

bool InputStream::isLost()
{
    if (m_stream->silence() < kPatience) {
        m_restarted = false;
    } else if (!m_restarted) {
        m_restarted = true;
        m_overflows.fetch_add(1, std::memory_order_relaxed);
        m_stream->restart();
    }
    return m_stream->isLost();
}

/// Of frames of all channels that were opened, those that are wanted.
void InputStream::put(const float* frames, std::size_t count)
{
    const auto channels = static_cast<std::size_t>(m_channels);
    if (m_firstChannel == 0) {
        m_ring->write({frames, count * channels});
        return;
    }
    const auto opened = static_cast<std::size_t>(m_firstChannel) + channels;
    for (std::size_t i = 0; i < count; ++i)
        m_ring->write({frames + i * opened + static_cast<std::size_t>(m_firstChannel), channels});
}

} // namespace phono
