#include "core/run/run_control.h"
#include "core/run/run_lock.h"
#include "core/run/run_state.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace phono;

namespace {

/// A process that trains in a run directory: takes its lock, says that it runs, and waits.
class OtherTrainer {
public:
    OtherTrainer(const RunDirectory& run, bool writesState)
    {
        std::array<int, 2> pipe = {};
        if (::pipe(pipe.data()) != 0)
            qFatal("no pipe");
        m_pid = fork();
        if (m_pid == 0) {
            const auto lock = RunLock::acquire(run);
            bool ready = lock.ok();
            if (writesState)
                ready = ready && writeState(run, {thisProcess(), RunStatus::Running, 7, 1}).ok();
            if (write(pipe[1], ready ? "y" : "n", 1) == 1)
                pause();
            _exit(0);
        }
        char answer = 'n';
        m_ready = read(pipe[0], &answer, 1) == 1 && answer == 'y';
        close(pipe[0]);
        close(pipe[1]);
    }
    ~OtherTrainer() { killNow(); }
    OtherTrainer(const OtherTrainer&) = delete;
    OtherTrainer& operator=(const OtherTrainer&) = delete;

    bool ready() const { return m_ready; }
    std::string words() const { return "process " + std::to_string(m_pid) + " on " + thisHost(); }
    void killNow()
    {
        if (m_pid > 0) {
            kill(m_pid, SIGKILL);
            waitpid(m_pid, nullptr, 0);
        }
        m_pid = 0;
    }

private:
    pid_t m_pid = 0;
    bool m_ready = false;
};

bool mentions(const Error& error, const std::string& words)
{
    return error.message.find(words) != std::string::npos;
}

} // namespace

/// Who may train in a run directory, and what it is asked to do.
class RunLockTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        auto run = RunDirectory::create(m_dir->filePath("run").toStdString());
        QVERIFY(run.ok());
        m_run = std::make_unique<RunDirectory>(*run);
    }

    void aSecondTrainerIsRefused()
    {
        OtherTrainer other(*m_run, true);
        QVERIFY(other.ready());
        const auto refused = RunLock::acquire(*m_run);
        QVERIFY(!refused.ok());
        QVERIFY2(mentions(refused.error(), other.words()), refused.error().message.c_str());
        QVERIFY(mentions(refused.error(), m_run->path().string()));
        other.killNow();
        const auto lock = RunLock::acquire(*m_run);
        QVERIFY2(lock.ok(), lock ? "" : lock.error().message.c_str());
        QVERIFY2(lock->doubt().empty(), lock->doubt().c_str());
    }

    void itIsNamedBeforeItHasWrittenAState()
    {
        QVERIFY(writeState(*m_run, {{1, 1, "an older host"}, RunStatus::Stopped, 7, 1}).ok());
        const OtherTrainer other(*m_run, false);
        QVERIFY(other.ready());
        const auto refused = RunLock::acquire(*m_run);
        QVERIFY(!refused.ok());
        QVERIFY2(mentions(refused.error(), other.words()), refused.error().message.c_str());
    }

    void theLockEndsWithItsOwner()
    {
        {
            auto first = RunLock::acquire(*m_run);
            QVERIFY(first.ok());
            QVERIFY(!RunLock::acquire(*m_run).ok());
            const RunLock moved = *std::move(first);
            QVERIFY(!RunLock::acquire(*m_run).ok());
        }
        QVERIFY(RunLock::acquire(*m_run).ok());
    }

    void aProcessWithoutALockIsSeenInTheState()
    {
        // The lock is gone (somebody deleted it), the process is not.
        OtherTrainer other(*m_run, true);
        QVERIFY(other.ready());
        std::filesystem::remove(m_run->lock());
        const auto refused = RunLock::acquire(*m_run);
        QVERIFY(!refused.ok());
        QVERIFY(mentions(refused.error(), other.words()));
    }

    void aTrainerOfAnotherHostIsADoubt()
    {
        QVERIFY(writeState(*m_run, {{4711, 1, "node-9"}, RunStatus::Running, 1200, 1}).ok());
        const auto lock = RunLock::acquire(*m_run);
        QVERIFY(lock.ok());
        const QByteArray doubt = QByteArray::fromStdString(lock->doubt());
        QVERIFY2(doubt.contains("process 4711 on node-9 was running here at update 1200"), doubt);
    }

    void aStoppedRunOfAnotherHostIsNone()
    {
        QVERIFY(writeState(*m_run, {{4711, 1, "node-9"}, RunStatus::Stopped, 1200, 1}).ok());
        const auto lock = RunLock::acquire(*m_run);
        QVERIFY(lock.ok() && lock->doubt().empty());
    }

    void aDamagedStateDoesNotBarTheRun()
    {
        std::ofstream(m_run->state()) << "garbage";
        QVERIFY(RunLock::acquire(*m_run).ok());
    }

    void aFolderThatIsGoneIsNamed()
    {
        std::filesystem::remove_all(m_run->path());
        const auto refused = RunLock::acquire(*m_run);
        QVERIFY(!refused.ok());
        QVERIFY(mentions(refused.error(), m_run->lock().string()));
    }

    void requestsReachTheTrainer()
    {
        QVERIFY(pendingRequest(*m_run) == RunRequest::Continue);
        QVERIFY(writeState(*m_run, {thisProcess(), RunStatus::Running, 7, 1}).ok());
        QVERIFY(requestPause(*m_run).ok());
        QVERIFY(pendingRequest(*m_run) == RunRequest::Pause);
        QVERIFY(pendingRequest(*m_run) == RunRequest::Pause);
        QVERIFY(requestContinue(*m_run).ok());
        QVERIFY(pendingRequest(*m_run) == RunRequest::Continue);
        QVERIFY(requestStop(*m_run).ok());
        QVERIFY(pendingRequest(*m_run) == RunRequest::Stop);
        QVERIFY(clearRequest(*m_run).ok());
        QVERIFY(pendingRequest(*m_run) == RunRequest::Continue);
        QVERIFY(clearRequest(*m_run).ok());
    }

    void aScriptMayWriteARequest_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("request");
        QTest::newRow("pause") << QByteArray("pause\n") << int(RunRequest::Pause);
        QTest::newRow("stop without a line end") << QByteArray("stop") << int(RunRequest::Stop);
        QTest::newRow("continue") << QByteArray("continue\n") << int(RunRequest::Continue);
        QTest::newRow("nothing") << QByteArray() << int(RunRequest::Continue);
        QTest::newRow("something else") << QByteArray("stopwatch") << int(RunRequest::Continue);
        QTest::newRow("something long") << QByteArray(1000, 's') << int(RunRequest::Continue);
    }

    void aScriptMayWriteARequest()
    {
        QFETCH(QByteArray, content);
        QFETCH(int, request);
        std::ofstream(m_run->control()) << content.toStdString();
        QCOMPARE(int(pendingRequest(*m_run)), request);
    }

    void nobodyIsAskedWhereNobodyTrains()
    {
        QVERIFY(mentions(requestStop(*m_run).error(), "not started"));
        QVERIFY(writeState(*m_run, {thisProcess(), RunStatus::Finished, 7, 1}).ok());
        QVERIFY(mentions(requestPause(*m_run).error(), "finished"));
        {
            OtherTrainer other(*m_run, true);
            QVERIFY(other.ready());
            QVERIFY(requestStop(*m_run).ok());
        }
        QVERIFY(mentions(requestContinue(*m_run).error(), "interrupted"));
        // On another host it may still be there.
        QVERIFY(writeState(*m_run, {{4711, 1, "node-9"}, RunStatus::Running, 1200, 1}).ok());
        QVERIFY(requestStop(*m_run).ok());
    }

    void aNewTrainerDoesNotHearOldRequests()
    {
        QVERIFY(writeState(*m_run, {{4711, 1, "node-9"}, RunStatus::Running, 1200, 1}).ok());
        QVERIFY(requestStop(*m_run).ok());
        const auto lock = RunLock::acquire(*m_run);
        QVERIFY(lock.ok());
        QVERIFY(pendingRequest(*m_run) == RunRequest::Continue);
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<RunDirectory> m_run;
};

QTEST_APPLESS_MAIN(RunLockTest)
#include "tst_run_lock.moc"
