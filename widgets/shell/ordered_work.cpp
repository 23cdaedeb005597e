#include "widgets/shell/ordered_work.h"

namespace phono {

OrderedWork::OrderedWork(QThreadPool& pool, std::function<void(const Result<void>&)> deliver)
    : m_deliver(std::move(deliver))
{
    m_task.emplace(pool, [this](const Result<void>& result) {
        m_waiting.pop_front();
        if (!m_waiting.empty())
            next();
        m_deliver(result);
    });
}

OrderedWork::~OrderedWork()
{
    m_task.reset();
    for (const Work& work : m_waiting) {
        const bool isFirst = &work == &m_waiting.front();
        if (!isFirst || !*m_begun)
            static_cast<void>(work().ok());
    }
}

void OrderedWork::add(Work work)
{
    m_waiting.push_back(std::move(work));
    if (m_waiting.size() == 1)
        next();
}

void OrderedWork::next()
{
    m_begun = std::make_shared<std::atomic<bool>>(false);
    m_task->start([work = m_waiting.front(), begun = m_begun](const TaskContext&) {
        *begun = true;
        return work();
    });
}

} // namespace phono
