#include "core/run/run_directory.h"
#include "core/run/run_state.h"
#include "tests/support/training_runs.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace phono;
using namespace phono::test;

/// Whole runs, by the program that makes them: to the end, interrupted in every way, taken up
/// again.
class TrainingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        makeCorpus(m_data);
        const auto finished = cli(newRun(m_data, m_whole, kUpdates));
        QVERIFY2(finished.status == 0, finished.err.constData());
    }

    void aRunLeavesWhatItsWatchersNeed()
    {
        const auto started = eventsOf<StartedEvent>(m_whole);
        QCOMPARE(started.size(), std::size_t(1));
        QCOMPARE(started[0].update, std::int64_t(0));
        QCOMPARE(started[0].maxUpdate, std::int64_t(kUpdates));
        QVERIFY(started[0].parameters > 1000);
        QVERIFY(started[0].hours > 0);

        const auto updates = updatesOf(m_whole);
        QCOMPARE(updates.size(), std::size_t(kUpdates));
        for (std::size_t i = 0; i < updates.size(); ++i) {
            QCOMPARE(updates[i].update, static_cast<std::int64_t>(i) + 1);
            QVERIFY(updates[i].metrics.lossBits > 0 && updates[i].metrics.lossBits < 100);
            QCOMPARE(updates[i].metrics.stepBits.size(), std::size_t(4));
            QVERIFY(updates[i].gnorm > 0);
            QVERIFY(updates[i].audioSecondsPerSecond > 0);
            QVERIFY(updates[i].memoryBytes > 0);
            QVERIFY(updates[i].cpuUtilization.has_value());
            QVERIFY(*updates[i].cpuUtilization > 0 && *updates[i].cpuUtilization <= 1);
        }
        QVERIFY(updates.back().epoch > updates.front().epoch);
        // It has at least learned how rare positives are, which is 4.834 bits.
        QVERIFY(updates.back().metrics.lossBits < 5);
        QVERIFY(updates.front().metrics.lossBits > 7);

        const auto valid = eventsOf<ValidEvent>(m_whole);
        QCOMPARE(valid.size(), std::size_t(kUpdates / 7 + 1));
        std::int64_t scores = 0;
        for (const auto count : valid[0].scores.positives)
            scores += count;
        QVERIFY(scores > 0);
        QCOMPARE(eventsOf<FinishedEvent>(m_whole).size(), std::size_t(1));
        QCOMPARE(statusOf(m_whole), RunStatus::Finished);
        for (const char* name :
             {"config.toml", "log.txt", "checkpoints/last.pt", "checkpoints/best.pt"})
            QVERIFY2(QFile::exists(m_whole + "/" + name), name);
    }

    void theSameRunTwiceIsTheSame()
    {
        const auto again = m_folder.filePath("again");
        QVERIFY(cli(newRun(m_data, again, kUpdates)).status == 0);
        compareCheckpoints(m_whole + kLast, again + kLast);
        compareLogs(m_whole, again);
    }

    /// Killed without warning, again and again, at any moment, then taken up: nothing shows.
    void aKilledRunGoesOnAsIfNothingHadBeen()
    {
        const auto run = m_folder.filePath("killed");
        QRandomGenerator random(7);
        auto arguments = newRun(m_data, run, kUpdates);
        int kills = 0;
        for (int attempt = 0; attempt < 60; ++attempt) {
            QProcess process;
            process.start(PHONO_CLI, arguments);
            QVERIFY(process.waitForStarted());
            const bool ended =
                process.waitForFinished(kills < 6 ? 300 + int(random.bounded(1500)) : 120000);
            if (ended && process.exitStatus() == QProcess::NormalExit) {
                QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
                break;
            }
            process.kill(); // SIGKILL
            process.waitForFinished();
            ++kills;
            arguments =
                RunDirectory::isRun(run.toStdString()) && QFile::exists(run + "/config.toml")
                ? QStringList{"train", "--resume", run}
                : newRun(m_data, run, kUpdates);
            if (!arguments.contains("--resume"))
                QDir(run).removeRecursively();
        }
        QVERIFY(kills > 0);
        QCOMPARE(statusOf(run), RunStatus::Finished);
        compareCheckpoints(m_whole + kLast, run + kLast);
        compareLogs(m_whole, run);
    }

    void aStopRequestSavesAndEnds_data()
    {
        QTest::addColumn<bool>("bySignal");
        QTest::newRow("SIGTERM") << true;
        QTest::newRow("the stop command") << false;
    }
    void aStopRequestSavesAndEnds()
    {
        QFETCH(bool, bySignal);
        const auto run = m_folder.filePath(bySignal ? "signalled" : "stopped");
        QProcess process;
        process.start(PHONO_CLI, newRun(m_data, run, kUpdates));
        QTRY_VERIFY_WITH_TIMEOUT(updatesOf(run).size() >= 3, 60000);
        if (bySignal)
            process.terminate();
        else
            QCOMPARE(cli({"stop", run}).status, 0);
        QCOMPARE(finish(process).status, 0);
        const auto stopped = eventsOf<StoppedEvent>(run);
        QCOMPARE(stopped.size(), std::size_t(1));
        QCOMPARE(statusOf(run), RunStatus::Stopped);
        QCOMPARE(readTrainingState((run + kLast).toStdString())->updates, stopped[0].update);
        QVERIFY(cli({"train", "--resume", run}).status == 0);
        compareCheckpoints(m_whole + kLast, run + kLast);
        compareLogs(m_whole, run);
    }

    void aPausedRunWaitsAndGoesOn()
    {
        const auto run = m_folder.filePath("paused");
        QProcess process;
        process.start(PHONO_CLI, newRun(m_data, run, 4000));
        QTRY_VERIFY_WITH_TIMEOUT(updatesOf(run).size() >= 2, 60000);
        QCOMPARE(cli({"pause", run}).status, 0);
        QTRY_COMPARE_WITH_TIMEOUT(statusOf(run), RunStatus::Paused, 20000);
        const auto updates = updatesOf(run).size();
        QTest::qWait(600);
        QCOMPARE(updatesOf(run).size(), updates);
        QCOMPARE(cli({"continue", run}).status, 0);
        QTRY_VERIFY_WITH_TIMEOUT(updatesOf(run).size() > updates, 20000);

        // Two at once would spoil the run.
        const auto second = cli({"train", "--resume", run});
        QCOMPARE(second.status, 1);
        QVERIFY2(second.err.contains(QByteArray::number(process.processId())),
                 second.err.constData());
        QCOMPARE(cli({"stop", run}).status, 0);
        QCOMPARE(finish(process).status, 0);
        QCOMPARE(statusOf(run), RunStatus::Stopped);
    }

    void aNumberThatIsNoneEndsTheRunAndKeepsTheCheckpoint()
    {
        const auto run = m_folder.filePath("diverged");
        auto arguments = newRun(m_data, run, kUpdates);
        arguments << "--set"
                  << "optimization.lr=1000"
                  << "--set"
                  << "optimizer.weight_decay=1000"
                  << "--set"
                  << "lr_scheduler._name=fixed"
                  << "--set"
                  << "checkpoint.save_interval_updates=1";
        const auto finished = cli(arguments);
        QCOMPARE(finished.status, 1);
        const auto failed = eventsOf<FailedEvent>(run);
        QCOMPARE(failed.size(), std::size_t(1));
        QVERIFY(!failed[0].files.empty());
        QVERIFY(QString::fromStdString(failed[0].files[0]).endsWith(".wav"));
        QCOMPARE(statusOf(run), RunStatus::Failed);
        const auto state = readTrainingState((run + kLast).toStdString());
        QVERIFY(state.ok());
        QCOMPARE(state->updates, failed[0].update);
    }

    /// A limit on the size of files stands for a full disk: writing fails in the middle.
    void aFullDiskLosesNothing()
    {
        const auto run = m_folder.filePath("full");
        auto arguments = newRun(m_data, run, 9);
        arguments << "--set"
                  << "dataset.validate_interval_updates=0";
        QVERIFY(cli(arguments).status == 0);
        const auto before = readBytes((run + kLast).toStdString());
        // 512-byte blocks: enough for the log, too little for a checkpoint.
        const auto limited =
            test::run("/bin/sh",
                      {"-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh", PHONO_CLI, "train",
                       "--resume", run, "--set", "optimization.max_update=20"});
        QCOMPARE(limited.status, 1);
        QVERIFY2(limited.err.contains("last.pt"), limited.err.constData());
        QVERIFY(readBytes((run + kLast).toStdString()) == before);
        QVERIFY(QDir(run + "/checkpoints").entryList(QDir::Files | QDir::Hidden).size() <= 2);
        const auto resumed = cli({"train", "--resume", run});
        QVERIFY2(resumed.status == 0, resumed.err.constData());
        QCOMPARE(readTrainingState((run + kLast).toStdString())->updates, std::int64_t(20));
    }

    void aDamagedCheckpointIsPassedOver()
    {
        const auto run = m_folder.filePath("damaged");
        auto arguments = newRun(m_data, run, 12);
        arguments << "--set"
                  << "checkpoint.keep_interval_updates=2";
        QVERIFY(cli(arguments).status == 0);
        QCOMPARE(QDir(run + "/checkpoints").entryList({"step-*.pt"}),
                 QStringList({"step-000005.pt", "step-000010.pt"}));
        auto bytes = readBytes((run + kLast).toStdString());
        QFile::remove(run + kLast); // the others may be links to the same file
        writeBytes((run + kLast).toStdString(), bytes.substr(0, bytes.size() / 2));
        QFile::remove(run + "/checkpoints/best.pt");
        const auto resumed = cli({"train", "--resume", run});
        QVERIFY2(resumed.status == 0, resumed.err.constData());
        QCOMPARE(eventsOf<StartedEvent>(run).back().update, std::int64_t(10));
        QFile log(run + "/log.txt");
        QVERIFY(log.open(QIODevice::ReadOnly));
        QVERIFY(log.readAll().contains("damaged"));
    }

    void recordingsThatCannotBeReadAreLeftOut()
    {
        const auto data = makeCorpus(m_folder.filePath("spoilt"), 8);
        const auto manifest = m_folder.filePath("spoilt.tsv");
        QByteArray lines = data.toUtf8() + "\n";
        for (int i = 0; i < 8; ++i)
            lines += QStringLiteral("%1.wav\t8000\n").arg(i, 2, 10, QLatin1Char('0')).toUtf8();
        lines += "missing.wav\t8000\nnoise.wav\t8000\n";
        writeBytes(manifest.toStdString(), lines.toStdString());
        writeBytes((data + "/noise.wav").toStdString(), "this is no sound");
        const auto run = m_folder.filePath("skipping");
        auto arguments = newRun(manifest, run, 8);
        arguments << "--valid" << m_data;
        const auto finished = cli(arguments);
        QVERIFY2(finished.status == 0, finished.err.constData());
        const auto skipped = eventsOf<SkippedEvent>(run);
        QCOMPARE(skipped.size(), std::size_t(2));
        for (const auto& event : skipped)
            QVERIFY(!event.reason.empty());
    }

    void wrongUsageMakesNoRun_data()
    {
        QTest::addColumn<QStringList>("extra");
        QTest::addColumn<QString>("words");
        QTest::newRow("an unknown setting names the nearest")
            << QStringList{"--set", "dataset.max_token=1"} << "dataset.max_tokens";
        QTest::newRow("a value out of range names the setting")
            << QStringList{"--set", "optimization.lr=-1"} << "optimization.lr";
        QTest::newRow("data that is not there is named")
            << QStringList{"--data", "/nowhere/at/all"} << "/nowhere/at/all";
    }
    void wrongUsageMakesNoRun()
    {
        QFETCH(QStringList, extra);
        QFETCH(QString, words);
        const auto run = m_folder.filePath("wrong");
        auto arguments = newRun(m_data, run, 8);
        if (extra.first() == "--data")
            arguments[arguments.indexOf("--data") + 1] = extra[1];
        else
            arguments << extra;
        const auto finished = cli(arguments);
        QVERIFY(finished.status == 1 || finished.status == 2);
        QVERIFY2(finished.err.contains(words.toUtf8()), finished.err.constData());
        QVERIFY(!QFile::exists(run));
    }

    void aRunIsNeverOverwritten()
    {
        const auto before = readBytes((m_whole + kLast).toStdString());
        const auto finished = cli(newRun(m_data, m_whole, 8));
        QCOMPARE(finished.status, 1);
        QVERIFY(finished.err.contains("whole"));
        QVERIFY(readBytes((m_whole + kLast).toStdString()) == before);
    }

    void everyEventCanBeHeardAsJson()
    {
        auto arguments = newRun(m_data, m_folder.filePath("json"), 8);
        arguments << "--json";
        const auto finished = cli(arguments);
        QCOMPARE(finished.status, 0);
        int updates = 0;
        for (const QByteArray& line : finished.out.trimmed().split('\n')) {
            const auto event = parseLine(line.toStdString());
            QVERIFY2(event.ok() && *event, line.constData());
            updates += std::holds_alternative<UpdateEvent>(**event) ? 1 : 0;
        }
        QCOMPARE(updates, 8);
    }

    /// The features of a checkpoint that was just made.
    void whatWasTrainedCanBeUsed()
    {
        const auto out = m_folder.filePath("features");
        const auto finished = cli({"extract", "--checkpoint", m_whole + "/checkpoints/best.pt",
                                   "--out", out, "--format", "npy", m_data + "/00.wav"});
        QVERIFY2(finished.status == 0, finished.err.constData());
        QVERIFY(QFile::exists(out + "/00.c.npy"));
    }

private:
    static constexpr int kUpdates = 300;
    static constexpr const char* kLast = "/checkpoints/last.pt";

    static Finished cli(const QStringList& arguments) { return test::run(PHONO_CLI, arguments); }
    static RunStatus statusOf(const QString& path)
    {
        const auto run = RunDirectory::open(path.toStdString());
        const auto state = run ? readState(*run) : Result<std::optional<RunState>>(run.error());
        return state && *state ? currentStatus(**state) : RunStatus::Starting;
    }

    QTemporaryDir m_folder;
    QString m_data = m_folder.filePath("data");
    QString m_whole = m_folder.filePath("whole");
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "tst_training.moc"
