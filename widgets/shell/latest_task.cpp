#include "widgets/shell/latest_task.h"

#include <QMetaObject>

namespace phono {

bool TaskJob::begin()
{
    Phase expected = Waiting;
    return m_phase.compare_exchange_strong(expected, Running);
}

void TaskJob::finish()
{
    m_phase = Over;
    m_phase.notify_all();
}

void TaskJob::cancel()
{
    m_stop.request_stop();
    Phase expected = Waiting;
    m_phase.compare_exchange_strong(expected, Over);
}

void TaskJob::wait() const
{
    m_phase.wait(Running);
}

bool TaskJob::over() const
{
    return m_phase == Over;
}

void TaskContext::post(std::function<void()> what) const
{
    QMetaObject::invokeMethod(
        &m_owner,
        [job = m_job, what = std::move(what)] {
            if (!job->stop().stop_requested())
                what();
        },
        Qt::QueuedConnection);
}

} // namespace phono
