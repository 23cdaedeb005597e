#include "core/record/monitor.h"

#include "core/audio/output_stream.h"
#include "core/audio/resample.h"
#include "core/base/pause.h"

#include <vector>

namespace phono {
namespace {

constexpr double kLongestDelay = 0.15; // seconds that wait to be heard, on each side
constexpr std::chrono::milliseconds kStep(5);

} // namespace

Monitor::Monitor(SoundSystem& system, DeviceChoice output, int rate)
    : m_system(system)
    , m_device(std::move(output))
    , m_rate(rate)
    , m_ring(static_cast<std::size_t>(kLongestDelay * rate))
    , m_thread([this](const std::stop_token& stop) {
        if (auto done = play(stop); !done)
            m_error = done.error();
        m_ended.store(true, std::memory_order_release);
    })
{
}

void Monitor::put(std::span<const float> mono)
{
    if (m_ring.room() >= mono.size())
        m_ring.write(mono);
}

Result<void> Monitor::play(const std::stop_token& stop)
{
    PlaybackClock clock;
    auto output = OutputStream::open(m_system, m_device, m_rate, clock);
    if (!output)
        return output.error();
    auto& stream = **output;
    auto resampler = Resampler::create(m_rate, stream.rate());
    if (!resampler)
        return resampler.error();
    if (auto started = stream.start(); !started)
        return started;
    std::vector<float> block(static_cast<std::size_t>(kLongestDelay * m_rate));
    std::vector<float> ready;
    while (!stop.stop_requested()) {
        if (stream.state() == OutputStream::State::Lost)
            return Error{"what is recorded cannot be heard any more: the output device is gone or "
                         "does not answer. Recording goes on."};
        ready.clear();
        if (auto done = resampler->process(std::span(block).first(m_ring.read(block)), ready);
            !done)
            return done;
        if (static_cast<double>(stream.ring().size()) < kLongestDelay * stream.rate())
            stream.ring().write(ready);
        pauseFor(stop, kStep);
    }
    return {};
}

} // namespace phono
