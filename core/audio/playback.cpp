#include "core/audio/playback.h"

#include "core/audio/output_stream.h"
#include "core/audio/resample.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace phono {
namespace {

/// Hands a stretch of samples, resampled, to a ring, as often as there is room in it.
class Feeder {
public:
    Feeder(const Playback::Stretch& stretch, Resampler resampler)
        : m_stretch(stretch)
        , m_resampler(std::move(resampler))
        , m_next(stretch.first)
    {
    }

    /// True when nothing is left.
    Result<bool> fill(SampleRing& ring)
    {
        for (;;) {
            m_handedOver += ring.write(std::span(m_ready).subspan(m_handedOver));
            if (m_handedOver < m_ready.size())
                return false;
            if (m_exhausted)
                return true;
            m_ready.clear();
            m_handedOver = 0;
            if (auto done = prepare(); !done)
                return done.error();
        }
    }

private:
    Result<void> prepare()
    {
        constexpr std::int64_t kBlock = 1024;
        const auto count = std::min(kBlock, m_stretch.last - m_next);
        const auto samples = m_stretch.audio.samples().subspan(static_cast<std::size_t>(m_next),
                                                               static_cast<std::size_t>(count));
        m_next += count;
        if (auto done = m_resampler.process(samples, m_ready); !done)
            return done;
        if (m_next < m_stretch.last)
            return {};
        m_next = m_stretch.first;
        m_exhausted = !m_stretch.loop;
        return m_exhausted ? m_resampler.finish(m_ready) : Result<void>();
    }

    const Playback::Stretch& m_stretch;
    Resampler m_resampler;
    std::int64_t m_next;
    bool m_exhausted = false;
    std::vector<float> m_ready;
    std::size_t m_handedOver = 0; ///< of m_ready
};

/// Sleeps, but not longer than until a stop is requested.
void pause(const std::stop_token& stop, std::chrono::milliseconds time)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
}

Result<std::unique_ptr<OutputStream>> openDevice(PortAudioSession& session, PlaybackClock& clock)
{
    if (auto done = session.begin(); !done)
        return done.error();
    if (auto stream = OutputStream::open(kModelRate, clock))
        return stream;
    // The device may have been connected or exchanged since the list was made.
    if (auto done = session.rescan(); !done)
        return done.error();
    return OutputStream::open(kModelRate, clock);
}

} // namespace

Playback::Playback(PortAudioSession& session, Stretch stretch)
    : m_session(session)
    , m_stretch(std::move(stretch))
{
    std::promise<Result<void>> opened;
    m_opened = opened.get_future();
    m_thread =
        std::jthread([this, promise = std::move(opened)](const std::stop_token& stop) mutable {
            run(stop, std::move(promise));
        });
}

Result<void> Playback::waitForDevice(std::chrono::milliseconds patience)
{
    if (m_opened.wait_for(patience) != std::future_status::ready)
        return {};
    return m_opened.get();
}

std::int64_t Playback::position()
{
    m_heard = std::max(m_heard, m_clock.heard());
    const auto length = m_stretch.last - m_stretch.first;
    const auto heard = static_cast<std::int64_t>(m_heard * kModelRate);
    return m_stretch.first + (m_stretch.loop ? heard % length : std::min(heard, length - 1));
}

void Playback::run(const std::stop_token& stop, std::promise<Result<void>> opened)
{
    if (auto done = play(stop, opened); !done)
        m_error = done.error();
    m_ended.store(true, std::memory_order_release);
}

Result<void> Playback::play(const std::stop_token& stop, std::promise<Result<void>>& opened)
{
    auto output = openDevice(m_session, m_clock);
    auto resampler = Resampler::create(kModelRate, output ? (*output)->rate() : kModelRate);
    if (!output || !resampler) {
        const auto& error = output ? resampler.error() : output.error();
        opened.set_value(error);
        return error;
    }
    Feeder feeder(m_stretch, std::move(*resampler));
    auto& stream = **output;
    // The device shall find samples when it starts.
    auto complete = feeder.fill(stream.ring());
    if (complete && *complete)
        stream.finish();
    auto started = complete ? stream.start() : Result<void>(complete.error());
    opened.set_value(started);
    if (!started)
        return started;

    while (!stop.stop_requested()) {
        const auto state = stream.state();
        if (state == OutputStream::State::Finished)
            return {};
        if (state == OutputStream::State::Lost)
            return Error{"playing stopped: the sound device is gone or does not answer. Connect it "
                         "again, or choose another default device, and play again."};
        complete = feeder.fill(stream.ring());
        if (!complete)
            return complete.error();
        if (*complete)
            stream.finish();
        pause(stop, std::chrono::milliseconds(10));
    }
    return {};
}

} // namespace phono
