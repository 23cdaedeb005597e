#include "widgets/shell/ordered_work.h"

#include <QSemaphore>
#include <QTest>
#include <QThreadPool>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

using namespace phono;

class TestOrderedWork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allIsDoneInOrder();
    void oneAtATime();
    void failuresDoNotStopTheRest();
    void destructionDoesWhatWaits();
    void moreCanBeAddedOnDelivery();
};

void TestOrderedWork::allIsDoneInOrder()
{
    QThreadPool pool;
    std::vector<int> done;
    int delivered = 0;
    OrderedWork work(pool, [&](const Result<void>& result) { delivered += result.ok(); });
    for (int i = 0; i < 20; ++i)
        work.add([&done, i]() -> Result<void> {
            done.push_back(i); // no lock: there is but one at a time
            return {};
        });
    QTRY_COMPARE(delivered, 20);
    for (int i = 0; i < 20; ++i)
        QCOMPARE(done[std::size_t(i)], i);
}

void TestOrderedWork::oneAtATime()
{
    QThreadPool pool;
    pool.setMaxThreadCount(4);
    std::atomic<int> atOnce = 0;
    std::atomic<int> most = 0;
    int delivered = 0;
    OrderedWork work(pool, [&](const Result<void>&) { ++delivered; });
    for (int i = 0; i < 8; ++i)
        work.add([&]() -> Result<void> {
            most = std::max<int>(most, ++atOnce);
            QTest::qSleep(2);
            --atOnce;
            return {};
        });
    QTRY_COMPARE(delivered, 8);
    QCOMPARE(most.load(), 1);
}

void TestOrderedWork::failuresDoNotStopTheRest()
{
    QThreadPool pool;
    QStringList told;
    OrderedWork work(pool, [&](const Result<void>& result) {
        told << (result ? QStringLiteral("done") : QString::fromStdString(result.error().message));
    });
    work.add([] { return Result<void>(Error{"full"}); });
    work.add([] { return Result<void>(); });
    QTRY_COMPARE(told, QStringList({QStringLiteral("full"), QStringLiteral("done")}));
}

void TestOrderedWork::destructionDoesWhatWaits()
{
    QThreadPool pool;
    QSemaphore go;
    QSemaphore begun;
    std::mutex mutex;
    std::vector<int> done;
    int delivered = 0;
    std::optional<OrderedWork> work;
    work.emplace(pool, [&](const Result<void>&) { ++delivered; });
    for (int i = 0; i < 3; ++i)
        work->add([&, i]() -> Result<void> {
            if (i == 0) {
                begun.release();
                go.acquire();
            }
            const std::scoped_lock lock(mutex);
            done.push_back(i);
            return {};
        });
    begun.acquire();
    go.release();
    work.reset();
    QCOMPARE(done, std::vector<int>({0, 1, 2}));
    QCoreApplication::processEvents();
    QCOMPARE(delivered, 0);
}

void TestOrderedWork::moreCanBeAddedOnDelivery()
{
    QThreadPool pool;
    int delivered = 0;
    std::optional<OrderedWork> work;
    const auto nothing = []() -> Result<void> {
        return {};
    };
    work.emplace(pool, [&](const Result<void>&) {
        if (++delivered < 5)
            work->add(nothing);
    });
    work->add(nothing);
    QTRY_COMPARE(delivered, 5);
}

QTEST_GUILESS_MAIN(TestOrderedWork)
#include "tst_ordered_work.moc"
