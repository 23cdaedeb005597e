#include "app/recording/transport.h"

#include "widgets/shell/words.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace phono {

Transport::Transport(SoundSystem& system, QObject* parent)
    : QObject(parent)
    , m_player(system)
{
    constexpr int kFrameMilliseconds = 16;
    m_timer.setInterval(kFrameMilliseconds);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Transport::follow);
}

void Transport::play(const Waveform& audio, TimeAxis& axis, TimeRange range, bool loop)
{
    stop();
    const auto sample = [&](double seconds) {
        return std::clamp<std::int64_t>(std::llround(seconds * kModelRate), 0, audio.size());
    };
    const std::int64_t first = sample(range.start);
    const std::int64_t last = sample(range.end);
    if (first >= last)
        return;
    if (const auto started = m_player.play(audio, first, last, loop); !started) {
        Q_EMIT failed(sentence(started.error().message));
        return;
    }
    m_axis = &axis;
    axis.setPlayHead(range.start);
    setPlaying(true);
}

void Transport::pause()
{
    m_player.stop();
    setPlaying(false);
}

void Transport::stop()
{
    pause();
    if (m_axis)
        m_axis->setPlayHead(std::nullopt);
}

void Transport::follow()
{
    const auto position = m_player.position();
    if (position && m_axis) {
        const double seconds = static_cast<double>(*position) / kModelRate;
        const TimeRange view = m_axis->visible();
        const double before = m_axis->playHead().value_or(seconds);
        m_axis->setPlayHead(seconds);
        // Whoever scrolled away while listening wants to stay there.
        if (before >= view.start && before <= view.end)
            m_axis->reveal(seconds);
        return;
    }
    const auto underflows = m_player.underflows();
    stop();
    if (underflows > 0)
        Q_EMIT crackled(underflows);
    if (const auto error = m_player.takeError())
        Q_EMIT failed(sentence(error->message));
}

void Transport::setPlaying(bool playing)
{
    if (playing == m_playing)
        return;
    m_playing = playing;
    if (playing)
        m_timer.start();
    else
        m_timer.stop();
    Q_EMIT playingChanged(playing);
}

} // namespace phono
