#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

namespace phono {

/// The life of one piece of work, shared by its owner and its thread.
class TaskJob {
public:
    std::stop_token stop() const { return m_stop.get_token(); }
    /// For the thread: false when the work was given up before it began.
    bool begin();
    void finish();
    /// For the owner: asks the work to stop; what has not begun never will.
    void cancel();
    /// Returns as soon as the work cannot be running (any more).
    void wait() const;
    bool over() const;

private:
    enum Phase { Waiting, Running, Over };
    std::stop_source m_stop;
    std::atomic<Phase> m_phase = Waiting;
};

/// What work sees of the LatestTask that runs it. For the work's thread, while it runs.
class TaskContext {
public:
    TaskContext(std::shared_ptr<const TaskJob> job, QObject& owner)
        : m_job(std::move(job))
        , m_owner(owner)
    {
    }

    std::stop_token stop() const { return m_job->stop(); }
    /// Calls `what` on the owner's thread, in order, unless the work is cancelled by then.
    void post(std::function<void()> what) const;

private:
    std::shared_ptr<const TaskJob> m_job;
    QObject& m_owner;
};

/// Work off the UI thread of which only the newest result matters.
///
/// start() cancels the work before it; nothing of cancelled work is delivered. Delivery happens on
/// the thread that made the task. The destructor cancels and waits for work that has begun; work
/// still queued in the pool is dropped, so the owner of one task never waits for that of another.
template <typename T>
class LatestTask {
public:
    using Work = std::function<T(const TaskContext&)>;

    LatestTask(QThreadPool& pool, std::function<void(T)> deliver)
        : m_pool(pool)
        , m_deliver(std::move(deliver))
    {
    }
    ~LatestTask()
    {
        cancel();
        for (const auto& job : m_jobs)
            job->wait();
    }
    LatestTask(const LatestTask&) = delete;
    LatestTask& operator=(const LatestTask&) = delete;

    void start(Work work)
    {
        cancel();
        std::erase_if(m_jobs, [](const auto& job) { return job->over(); });
        m_jobs.push_back(std::make_shared<TaskJob>());
        m_current = m_jobs.back();
        m_pool.start([this, job = m_current, work = std::move(work)] {
            if (!job->begin())
                return;
            const TaskContext context(job, m_owner);
            auto result = std::make_shared<T>(work(context));
            context.post([this, result] {
                m_current.reset();
                m_deliver(std::move(*result));
            });
            job->finish();
        });
    }
    /// Returns at once; the work stops soon after.
    void cancel()
    {
        if (m_current)
            m_current->cancel();
        m_current.reset();
    }
    /// Work is queued, running or about to be delivered.
    bool active() const { return m_current != nullptr; }

private:
    QThreadPool& m_pool;
    std::function<void(T)> m_deliver;
    std::shared_ptr<TaskJob> m_current;
    std::vector<std::shared_ptr<TaskJob>> m_jobs; // the newest, and those that may still run
    QObject m_owner;
};

} // namespace phono
