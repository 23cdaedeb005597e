#include "core/run/run_control.h"
#include "core/run/run_directory.h"
#include "core/run/run_notes.h"
#include "core/run/run_state.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace phono;
namespace fs = std::filesystem;

/// The folder of a run: its layout, its state, its notes, and finding it.
class RunDirectoryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
    }

    void aNewRunGetsItsFolders()
    {
        const auto run = RunDirectory::create(m_root / "runs" / "first");
        QVERIFY2(run.ok(), run ? "" : run.error().message.c_str());
        QVERIFY(fs::is_directory(run->checkpoints()));
        QCOMPARE(run->metrics(), m_root / "runs" / "first" / "metrics.jsonl");
        QVERIFY(!RunDirectory::open(run->path()).ok());
        put(run->config(), "");
        QVERIFY(RunDirectory::open(run->path()).ok());
        // Prepared by a window, then started by a trainer.
        QVERIFY(RunDirectory::create(run->path()).ok());
    }

    void foreignOrUsedFoldersAreRefused_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("a folder with something else")
            << QByteArray("run/thesis.tex") << QByteArray("x") << QByteArray("holds thesis.tex");
        QTest::newRow("a run that has begun")
            << QByteArray("run/metrics.jsonl") << QByteArray("{}\n") << QByteArray("a run already");
        QTest::newRow("a run with a checkpoint") << QByteArray("run/checkpoints/last.pt")
                                                 << QByteArray("x") << QByteArray("a run already");
        QTest::newRow("a file") << QByteArray("run") << QByteArray("x") << QByteArray("is a file");
    }

    void foreignOrUsedFoldersAreRefused()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, message);
        put(m_root / file.toStdString(), content);
        const auto run = RunDirectory::create(m_root / "run");
        QVERIFY(!run.ok());
        QVERIFY2(run.error().message.find(message.toStdString()) != std::string::npos,
                 run.error().message.c_str());
        QFile kept(QString::fromStdString((m_root / file.toStdString()).string()));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), content);
    }

    void leftoversOfAKilledStartAreNoObstacle()
    {
        put(m_root / "run" / "lock", "1 on here");
        put(m_root / "run" / "metrics.jsonl", "");
        put(m_root / "run" / ".state.json.phonoscope-123", "{");
        QVERIFY(RunDirectory::create(m_root / "run").ok());
    }

    void whatIsNoRunCannotBeOpened()
    {
        QVERIFY(RunDirectory::open(m_root / "none").error().message.find("no folder")
                != std::string::npos);
        QVERIFY(RunDirectory::open(m_root).error().message.find("is no run") != std::string::npos);
    }

    void theStateComesBack()
    {
        const auto run = makeRun("run");
        const auto none = readState(run);
        QVERIFY(none.ok() && !none->has_value());
        for (const auto status :
             {RunStatus::Starting, RunStatus::Running, RunStatus::Paused, RunStatus::Stopping,
              RunStatus::Stopped, RunStatus::Failed, RunStatus::Finished}) {
            const RunState state = {thisProcess(), status, 1234, 1764093423.125};
            QVERIFY(writeState(run, state).ok());
            const auto read = readState(run);
            QVERIFY(read.ok() && read->has_value());
            QVERIFY(**read == state);
            QVERIFY(currentStatus(**read) == status);
        }
    }

    void aDamagedStateIsAnError_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half of it") << QByteArray(R"({"pid":1,"process_start")");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("a text for the process")
            << QByteArray(R"({"pid":"1","process_start":1,"host":"h","status":"running",)"
                          R"("update":1,"time":1})");
        QTest::newRow("an unknown status")
            << QByteArray(R"({"pid":1,"process_start":1,"host":"h","status":"happy",)"
                          R"("update":1,"time":1})");
        QTest::newRow("no time") << QByteArray(
            R"({"pid":1,"process_start":1,"host":"h","status":"running",)"
            R"("update":1})");
        QTest::newRow("deep nesting") << QByteArray(60000, '[');
        QTest::newRow("a long file") << QByteArray(1 << 20, ' ');
    }

    void aDamagedStateIsAnError()
    {
        QFETCH(QByteArray, content);
        const auto run = makeRun("run");
        put(run.state(), content);
        const auto read = readState(run);
        QVERIFY(!read.ok());
        QVERIFY(read.error().message.find("state.json") != std::string::npos);
    }

    void aLiveStateWithoutItsProcessIsInterrupted()
    {
        std::array<int, 2> pipe = {};
        QVERIFY(::pipe(pipe.data()) == 0);
        const pid_t child = fork();
        if (child == 0) {
            const auto start = thisProcess().startTime;
            if (write(pipe[1], &start, sizeof start) == sizeof start)
                pause();
            _exit(0);
        }
        RunState state;
        state.process = {child, 0, thisHost()};
        auto& start = state.process.startTime;
        QVERIFY(read(pipe[0], &start, sizeof start) == sizeof start);
        close(pipe[0]);
        close(pipe[1]);
        QVERIFY(livenessOf(state.process) == Liveness::Alive);
        state.status = RunStatus::Running;
        QVERIFY(currentStatus(state) == RunStatus::Running);

        auto reused = state;
        ++reused.process.startTime;
        QVERIFY(currentStatus(reused) == RunStatus::Interrupted);

        kill(child, SIGKILL);
        QTRY_VERIFY(currentStatus(state) == RunStatus::Interrupted); // not reaped yet
        waitpid(child, nullptr, 0);
        QVERIFY(currentStatus(state) == RunStatus::Interrupted);
        state.status = RunStatus::Paused;
        QVERIFY(currentStatus(state) == RunStatus::Interrupted);
        state.status = RunStatus::Finished;
        QVERIFY(currentStatus(state) == RunStatus::Finished);
        state.status = RunStatus::Running;
        state.process.host = "elsewhere";
        QVERIFY(livenessOf(state.process) == Liveness::Unknown);
        QVERIFY(currentStatus(state) == RunStatus::Running);
    }

    void notesComeBack()
    {
        const auto run = makeRun("my run");
        const auto none = readNotes(run);
        QVERIFY(none.ok() && *none == RunNotes());
        QCOMPARE(nameOf(run), std::string("my run"));
        const RunNotes notes = {"ü \"x\"\\", "first line\nsecond\tline\r\n\x01", {"a", "b c", ""}};
        QVERIFY(writeNotes(run, notes).ok());
        const auto read = readNotes(run);
        QVERIFY2(read.ok(), read ? "" : read.error().message.c_str());
        QVERIFY(*read == notes);
        QCOMPARE(nameOf(run), notes.name);
    }

    void strangeNotesAreNotTrusted()
    {
        const auto run = makeRun("run");
        put(run.notes(), "name = 3\ntags = ['a', 4]\nmood = 'good'\n");
        const auto read = readNotes(run);
        QVERIFY(read.ok());
        QVERIFY((*read == RunNotes{"", "", {"a"}}));
        put(run.notes(), "name = ");
        QVERIFY(!readNotes(run).ok());
        QCOMPARE(nameOf(run), std::string("run"));
        // What could not be read back is not written.
        const auto refused = writeNotes(run, {"\xFF", "", {}});
        QVERIFY(!refused.ok());
        QVERIFY(!writeNotes(run, {"", std::string(2 << 20, 'x'), {}}).ok());
    }

    /// Opening it would wait for a writer.
    void aPipeIsNoPartOfARun()
    {
        const auto run = makeRun("run");
        for (const auto& path : {run.notes(), run.state(), run.control()})
            QCOMPARE(mkfifo(path.c_str(), 0600), 0);
        QVERIFY(!readNotes(run).ok());
        QVERIFY(!readState(run).ok());
        QVERIFY(pendingRequest(run) == RunRequest::Continue);
    }

    void runsAreFound()
    {
        for (const char* name : {"b", "a", "group/c", "1/2/3/deep", "1/2/3/4/too deep", ".hidden"})
            put(m_root / name / "metrics.jsonl", "");
        put(m_root / "b" / "checkpoints" / "inner" / "metrics.jsonl", ""); // in a run, no run
        put(m_root / "project" / "config.toml", "");
        put(m_root / "prepared" / "config.toml", "");
        fs::create_directories(m_root / "prepared" / "checkpoints");
        fs::create_directory_symlink(m_root, m_root / "group" / "loop");
        fs::create_directory_symlink(m_root / "nowhere", m_root / "dangling");
        const QTemporaryDir other;
        put(fs::path(other.path().toStdString()) / "linked" / "state.json", "");
        fs::create_directory_symlink(other.path().toStdString(), m_root / "link");
        const auto runs = findRuns(m_root);
        QVERIFY(runs.ok());
        const std::vector<fs::path> expected = {m_root / "1/2/3/deep",  m_root / "a",
                                                m_root / "b",           m_root / "group/c",
                                                m_root / "link/linked", m_root / "prepared"};
        QVERIFY(*runs == expected);
        QVERIFY(*findRuns(m_root / "a") == std::vector<fs::path>{m_root / "a"});
        QVERIFY(findRuns(m_root / "nowhere").error().message.find("nowhere") != std::string::npos);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(findRuns(m_root, stop.get_token()).error().isCancelled());
    }

private:
    RunDirectory makeRun(const char* name)
    {
        auto run = RunDirectory::create(m_root / name);
        if (!run)
            qFatal("%s", run.error().message.c_str());
        return *run;
    }

    static void put(const fs::path& path, const QByteArray& content)
    {
        fs::create_directories(path.parent_path());
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), qint64(content.size()));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;
};

QTEST_APPLESS_MAIN(RunDirectoryTest)
#include "tst_run_directory.moc"
