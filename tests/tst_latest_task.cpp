#include "widgets/shell/latest_task.h"

#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <optional>
#include <semaphore>
#include <vector>

using namespace phono;

namespace {

void waitForStop(const TaskContext& context)
{
    while (!context.stop().stop_requested())
        QThread::yieldCurrentThread();
}

} // namespace

class LatestTaskTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void deliversOnlyTheNewest()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        std::vector<int> delivered;
        LatestTask<int> task(pool, [&](int value) { delivered.push_back(value); });
        for (int i = 1; i <= 50; ++i)
            task.start([i](const TaskContext&) { return i; });
        QTRY_VERIFY(!task.active());
        pool.waitForDone();
        QCoreApplication::processEvents();
        QCOMPARE(delivered, std::vector<int>({50}));
    }

    void deliversOnTheOwnersThread()
    {
        QThreadPool pool;
        QThread* worked = nullptr;
        QThread* delivered = nullptr;
        LatestTask<int> task(pool, [&](int) { delivered = QThread::currentThread(); });
        task.start([&](const TaskContext&) {
            worked = QThread::currentThread();
            return 1;
        });
        QTRY_COMPARE(delivered, QThread::currentThread());
        QVERIFY(worked != delivered);
    }

    void aFinishedResultIsNotDeliveredAfterCancel()
    {
        QThreadPool pool;
        bool delivered = false;
        LatestTask<int> task(pool, [&](int) { delivered = true; });
        task.start([](const TaskContext&) { return 1; });
        pool.waitForDone();
        task.cancel();
        QCoreApplication::processEvents();
        QVERIFY(!delivered);
        QVERIFY(!task.active());
    }

    void postsArriveInOrderAndBeforeTheResult()
    {
        QThreadPool pool;
        std::vector<int> seen;
        LatestTask<int> task(pool, [&](int value) { seen.push_back(value); });
        task.start([&](const TaskContext& context) {
            for (int i = 0; i < 3; ++i)
                context.post([&seen, i] { seen.push_back(i); });
            return 3;
        });
        QTRY_VERIFY(!task.active());
        QCOMPARE(seen, std::vector<int>({0, 1, 2, 3}));
    }

    void postsOfCancelledWorkAreDropped()
    {
        QThreadPool pool;
        std::vector<int> seen;
        std::binary_semaphore posted(0);
        LatestTask<int> task(pool, [&](int value) { seen.push_back(value); });
        task.start([&](const TaskContext& context) {
            context.post([&seen] { seen.push_back(-1); });
            posted.release();
            waitForStop(context);
            return -2;
        });
        posted.acquire();
        task.start([](const TaskContext&) { return 7; });
        QTRY_VERIFY(!task.active());
        QCOMPARE(seen, std::vector<int>({7}));
    }

    void resultsThatCanOnlyBeMovedAreDelivered()
    {
        QThreadPool pool;
        std::unique_ptr<int> got;
        LatestTask<std::unique_ptr<int>> task(
            pool, [&](std::unique_ptr<int> value) { got = std::move(value); });
        task.start([](const TaskContext&) { return std::make_unique<int>(5); });
        QTRY_VERIFY(got);
        QCOMPARE(*got, 5);
    }

    void deliveryMayStartTheNextWork()
    {
        QThreadPool pool;
        std::vector<int> delivered;
        std::optional<LatestTask<int>> task;
        task.emplace(pool, [&](int value) {
            delivered.push_back(value);
            if (value < 3)
                task->start([value](const TaskContext&) { return value + 1; });
        });
        task->start([](const TaskContext&) { return 1; });
        QTRY_COMPARE(delivered, std::vector<int>({1, 2, 3}));
        QVERIFY(!task->active());
    }

    void destructionWaitsForRunningWork()
    {
        QThreadPool pool;
        std::atomic<bool> running = false;
        {
            LatestTask<int> task(pool, [](int) {});
            task.start([&](const TaskContext& context) {
                running = true;
                waitForStop(context);
                running = false;
                return 0;
            });
            QTRY_VERIFY(running);
        }
        QVERIFY(!running);
    }

    void destructionWaitsForSupersededWorkToo()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(2);
        std::atomic<int> begun = 0;
        std::atomic<int> ended = 0;
        {
            LatestTask<int> task(pool, [](int) {});
            const auto work = [&](const TaskContext& context) {
                ++begun;
                waitForStop(context);
                ++ended;
                return 0;
            };
            task.start(work);
            QTRY_COMPARE(begun.load(), 1);
            task.start(work);
            QTRY_COMPARE(begun.load(), 2);
        }
        QCOMPARE(ended.load(), 2);
    }

    void destructionDoesNotWaitForTheWorkOfOthersInTheSameLane()
    {
        QThreadPool pool;
        pool.setMaxThreadCount(1);
        std::binary_semaphore begun(0);
        bool ran = false;
        LatestTask<int> busy(pool, [](int) {});
        busy.start([&](const TaskContext& context) {
            begun.release();
            waitForStop(context);
            return 0;
        });
        begun.acquire();
        {
            LatestTask<int> queued(pool, [](int) {});
            queued.start([&](const TaskContext&) {
                ran = true;
                return 0;
            });
        } // would never return if it waited for its turn
        busy.cancel();
        pool.waitForDone();
        QVERIFY(!ran);
    }
};

QTEST_GUILESS_MAIN(LatestTaskTest)
#include "tst_latest_task.moc"
