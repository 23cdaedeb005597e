#include "core/audio/playback.h"

#include "core/audio/output_stream.h"
#include "core/audio/resample.h"
#include "core/audio/time_stretcher.h"
#include "core/base/pause.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace phono {
namespace {

/// Hands a stretch of samples, at its speed and resampled, to a ring, as often as there is room.
class Feeder {
public:
    /// `rate` of the ring, in Hz.
    Feeder(const Playback::Stretch& stretch, double rate)
        : m_stretch(stretch)
        , m_rate(rate)
        , m_fed(stretch.begin - stretch.first)
    {
    }

    /// Until pass after pass makes `end` samples of the stretch; true when nothing is left.
    Result<bool> fill(SampleRing& ring, std::int64_t end)
    {
        for (;;) {
            m_handedOver += ring.write(std::span(m_ready).subspan(m_handedOver));
            if (m_handedOver < m_ready.size())
                return false;
            if (m_fed >= end && !m_resampler)
                return true;
            m_ready.clear();
            m_handedOver = 0;
            if (auto done = m_fed < end ? prepare() : flush(); !done)
                return done.error();
        }
    }
    /// Samples from the stretch's first on that were taken so far, pass after pass.
    std::int64_t fed() const { return m_fed; }

private:
    Result<void> prepare()
    {
        if (!m_resampler) {
            auto made = Resampler::create(kModelRate, m_rate);
            if (!made)
                return made.error();
            m_resampler = std::move(*made);
            if (m_stretch.speed != 1)
                m_stretcher.emplace(kModelRate, m_stretch.speed);
        }
        constexpr std::int64_t kBlock = 1024;
        const auto length = m_stretch.last - m_stretch.first;
        const auto at = m_fed % length;
        const auto count = std::min(kBlock, length - at);
        m_fed += count;
        const auto samples = m_stretch.audio.samples().subspan(
            static_cast<std::size_t>(m_stretch.first + at), static_cast<std::size_t>(count));
        if (!m_stretcher)
            return m_resampler->process(samples, m_ready);
        m_stretched.clear();
        m_stretcher->process(samples, m_stretched);
        return m_resampler->process(m_stretched, m_ready);
    }
    /// What stretcher and resampler kept back. They are of no use afterwards.
    Result<void> flush()
    {
        m_stretched.clear();
        if (m_stretcher)
            m_stretcher->finish(m_stretched);
        m_stretcher.reset();
        auto done = m_resampler->process(m_stretched, m_ready);
        if (done)
            done = m_resampler->finish(m_ready);
        m_resampler.reset();
        return done;
    }

    const Playback::Stretch& m_stretch;
    double m_rate;
    std::optional<TimeStretcher> m_stretcher; ///< while samples are in it
    std::optional<Resampler> m_resampler; ///< likewise
    std::int64_t m_fed;
    std::vector<float> m_stretched;
    std::vector<float> m_ready;
    std::size_t m_handedOver = 0; ///< of m_ready
};

} // namespace

Playback::Playback(SoundSystem& system, DeviceChoice device, Stretch stretch,
                   std::unique_ptr<Playback> before)
    : m_system(system)
    , m_device(std::move(device))
    , m_stretch(std::move(stretch))
    , m_end(m_stretch.loop ? kEndless : length())
    , m_before(std::move(before))
    , m_thread([this](const std::stop_token& stop) {
        m_before.reset();
        if (auto done = play(stop); !done)
            m_error = done.error();
        m_ended.store(true, std::memory_order_release);
    })
{
}

std::int64_t Playback::heard()
{
    m_heard = std::max(m_heard, m_clock.heard());
    return toStretch(m_heard);
}

std::int64_t Playback::toStretch(double seconds) const
{
    return m_stretch.begin - m_stretch.first
        + static_cast<std::int64_t>(seconds * kModelRate * m_stretch.speed);
}

void Playback::setLoop(bool loop)
{
    if (loop)
        m_end = kEndless;
    else if (m_end == kEndless)
        m_end = (heard() / length() + 1) * length();
}

std::int64_t Playback::position()
{
    return m_stretch.first + std::min(heard(), m_end - 1) % length();
}

Result<void> Playback::play(const std::stop_token& stop)
{
    if (stop.stop_requested())
        return {};
    auto output = OutputStream::open(m_system, m_device, kModelRate, m_clock);
    if (!output)
        return output.error();
    auto& stream = **output;
    Feeder feeder(m_stretch, stream.rate());
    // The device shall find samples when it starts.
    auto complete = feeder.fill(stream.ring(), m_end);
    if (complete)
        stream.setFinishing(*complete);
    auto started = complete ? stream.start() : Result<void>(complete.error());
    if (!started)
        return started;

    while (!stop.stop_requested()) {
        const auto state = stream.state();
        m_underflows.store(stream.underflows(), std::memory_order_relaxed);
        if (state == OutputStream::State::Finished)
            return {};
        if (state == OutputStream::State::Lost)
            return Error{
                "playing stopped: the sound device is gone or does not answer. Connect it "
                "again, or choose another output device in the Playback menu, and play again."};
        const std::int64_t end = m_end;
        complete = feeder.fill(stream.ring(), end);
        if (!complete)
            return complete.error();
        stream.setFinishing(*complete);
        // A loop that was ended: what lies in the ring behind this pass is not wanted any more.
        if (feeder.fed() > end && toStretch(m_clock.heard()) >= end)
            return {};
        pauseFor(stop, std::chrono::milliseconds(10));
    }
    return {};
}

} // namespace phono
