#pragma once

#include "core/audio/sound_system.h"
#include "widgets/shell/latest_task.h"

#include <QObject>
#include <QString>

#include <vector>

namespace phono {

/// The list of sound devices, looked up off the UI thread.
class SoundDevices : public QObject {
    Q_OBJECT
public:
    /// `system` and `pool` outlive it.
    SoundDevices(SoundSystem& system, QThreadPool& pool, QObject* parent = nullptr);

    const std::vector<SoundDevice>& devices() const { return m_devices; }
    bool searching() const { return m_search.active(); }

    /// Lists them, unless that was done before.
    void look();
    /// Finds devices that came or went. Waits some seconds for streams to end.
    void rescan();

Q_SIGNALS:
    void changed();
    void searchingChanged();
    void failed(const QString& message);

private:
    using Found = Result<std::vector<SoundDevice>>;

    void search(std::function<Found(const TaskContext&)> work);
    void deliver(const Found& found);

    SoundSystem& m_system;
    std::vector<SoundDevice> m_devices;
    bool m_known = false;
    LatestTask<Found> m_search;
};

} // namespace phono
