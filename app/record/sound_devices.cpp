#include "app/record/sound_devices.h"

#include "widgets/shell/words.h"

#include <chrono>
#include <thread>

namespace phono {

SoundDevices::SoundDevices(SoundSystem& system, QThreadPool& pool, QObject* parent)
    : QObject(parent)
    , m_system(system)
    , m_search(pool, [this](const Found& found) { deliver(found); })
{
}

void SoundDevices::look()
{
    if (!m_known && !m_search.active())
        search([&system = m_system](const TaskContext&) { return system.devices(); });
}

void SoundDevices::rescan()
{
    search([&system = m_system](const TaskContext& context) {
        constexpr std::chrono::milliseconds kPause(50);
        constexpr int kTries = 60;
        auto found = system.rescan();
        // A stream that was just told to end needs a moment.
        for (int i = 0; !found && i < kTries && !context.stop().stop_requested(); ++i) {
            std::this_thread::sleep_for(kPause);
            found = system.rescan();
        }
        return found;
    });
}

void SoundDevices::search(std::function<Found(const TaskContext&)> work)
{
    m_search.start(std::move(work));
    Q_EMIT searchingChanged();
}

void SoundDevices::deliver(const Found& found)
{
    // Those known before stay: a look that is refused says nothing of them.
    if (found) {
        m_devices = *found;
        m_known = true;
    } else {
        Q_EMIT failed(sentence(found.error().message));
    }
    Q_EMIT changed();
    Q_EMIT searchingChanged();
}

} // namespace phono
