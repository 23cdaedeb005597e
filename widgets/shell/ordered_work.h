#pragma once

#include "core/base/result.h"
#include "widgets/shell/latest_task.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

class QThreadPool;

namespace phono {

/// Work off the UI thread of which every piece matters: one after the other, in the order in which
/// it was asked for. For the thread that made it.
class OrderedWork {
public:
    using Work = std::function<Result<void>()>;

    /// `deliver` is called for each piece, on this thread.
    OrderedWork(QThreadPool& pool, std::function<void(const Result<void>&)> deliver);
    /// Everything is done before it returns; nothing more is delivered.
    ~OrderedWork();
    OrderedWork(const OrderedWork&) = delete;
    OrderedWork& operator=(const OrderedWork&) = delete;

    void add(Work work);

private:
    void next();

    std::function<void(const Result<void>&)> m_deliver;
    std::deque<Work> m_waiting; ///< that under way first
    std::shared_ptr<std::atomic<bool>> m_begun; ///< whether the first has
    std::optional<LatestTask<Result<void>>> m_task;
};

} // namespace phono
