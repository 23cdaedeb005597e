#pragma once

#include "core/audio/player.h"
#include "widgets/time_axis.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

namespace phono {

/// Plays a stretch of a recording and moves the play head of its time axis along.
class Transport : public QObject {
    Q_OBJECT
public:
    /// `system` must outlive it.
    explicit Transport(SoundSystem& system, QObject* parent = nullptr);

    /// Plays `range` of `audio`, again and again when `loop`. Stops what is playing.
    void play(const Waveform& audio, TimeAxis& axis, TimeRange range, bool loop);
    /// Of what is playing.
    void setLoop(bool loop) { m_player.setLoop(loop); }
    /// 2: in half the time, with the same pitch. What is playing goes on so.
    void setSpeed(double speed) { m_player.setSpeed(speed); }
    /// What is playing goes on there.
    void setDevice(const DeviceChoice& device) { m_player.setDevice(device); }
    /// The play head stays where playing stopped.
    void pause();
    void stop();
    bool playing() const { return m_playing; }

Q_SIGNALS:
    void playingChanged(bool playing);
    /// It could not be played, or playing broke off.
    void failed(const QString& message);
    /// The device wanted samples that were not there: it crackled so often.
    void crackled(qint64 times);

private:
    void follow();
    void setPlaying(bool playing);

    Player m_player;
    QTimer m_timer;
    QPointer<TimeAxis> m_axis;
    bool m_playing = false;
};

} // namespace phono
