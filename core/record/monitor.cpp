#include "core/record/monitor.h"

namespace phono {
namespace {

constexpr double kLongestDelay = 0.15; // seconds that wait to be heard

} // namespace

Result<std::unique_ptr<Monitor>> Monitor::open(SoundSystem& system, const DeviceChoice& output,
                                               int rate)
{
    std::unique_ptr<Monitor> monitor(new Monitor);
    auto stream = OutputStream::open(system, output, rate, monitor->m_clock);
    if (!stream)
        return stream.error();
    monitor->m_output = std::move(*stream);
    auto resampler = Resampler::create(rate, monitor->m_output->rate());
    if (!resampler)
        return resampler.error();
    monitor->m_resampler = std::move(*resampler);
    if (auto started = monitor->m_output->start(); !started)
        return started.error();
    return monitor;
}

void Monitor::put(std::span<const float> mono)
{
    m_ready.clear();
    if (!m_resampler->process(mono, m_ready))
        return;
    auto& ring = m_output->ring();
    if (static_cast<double>(ring.size()) < kLongestDelay * m_output->rate())
        ring.write(m_ready);
}

bool Monitor::isLost() const
{
    return m_output->state() == OutputStream::State::Lost;
}

} // namespace phono
