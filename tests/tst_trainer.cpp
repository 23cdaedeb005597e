#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "core/run/run_state.h"
#include "core/train/run_recorder.h"
#include "core/train/trainer.h"
#include "tests/support/training_runs.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <stop_token>

using namespace phono;
using namespace phono::test;

/// The trainer in this process, which can be stopped at any event.
class TrainerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        makeCorpus(m_data);
        QVERIFY(endOf(m_whole, {}) == RunEnd::Finished);
    }

    void aStopWhileRecordingsAreListedIsNoFailure()
    {
        const auto run = m_folder.filePath("early");
        std::stop_source stop;
        stop.request_stop();
        const auto end = train(job(run), stop.get_token());
        QVERIFY2(end.ok(), end.ok() ? "" : end.error().message.c_str());
        QVERIFY(*end == RunEnd::Stopped);
        QCOMPARE(eventsOf<StoppedEvent>(run).size(), std::size_t(1));
        QVERIFY(eventsOf<FailedEvent>(run).empty());
        QCOMPARE(stateOf(run).status, RunStatus::Stopped);
        QVERIFY(resumed(run) == RunEnd::Finished);
        compareCheckpoints(m_whole + kLast, run + kLast);
    }

    /// Validations can take long: a stop breaks one off, and it is made up for.
    void aValidationThatWasBrokenOffIsMadeUpFor()
    {
        const auto run = m_folder.filePath("broken off");
        std::stop_source stop;
        const auto end = endOf(
            run,
            [&](const RunEvent& event) {
                if (std::holds_alternative<UpdateEvent>(event) && updateOf(event) == kValidated)
                    stop.request_stop();
            },
            stop.get_token());
        QVERIFY(end == RunEnd::Stopped);
        QCOMPARE(eventsOf<StoppedEvent>(run).front().update, std::int64_t(kValidated));
        QVERIFY(eventsOf<ValidEvent>(run).empty());

        QVERIFY(resumed(run) == RunEnd::Finished);
        const auto valid = eventsOf<ValidEvent>(run);
        const auto whole = eventsOf<ValidEvent>(m_whole);
        QCOMPARE(valid.size(), whole.size());
        for (std::size_t i = 0; i < valid.size(); ++i) {
            QCOMPARE(valid[i].update, whole[i].update);
            QVERIFY(valid[i].metrics == whole[i].metrics);
            QCOMPARE(valid[i].best, whole[i].best);
        }
        compareCheckpoints(m_whole + kLast, run + kLast);
        compareCheckpoints(m_whole + kBest, run + kBest);
    }

    /// A stop is heard while one recording after the other is found to be missing.
    void aStopEndsTheSearchForABatch()
    {
        const auto run = m_folder.filePath("searching");
        QByteArray lines = m_data.toUtf8() + "\n";
        for (int i = 0; i < 900; ++i)
            lines += QStringLiteral("missing%1.wav\t8000\n").arg(i).toUtf8();
        const auto manifest = m_folder.filePath("missing.tsv");
        writeBytes(manifest.toStdString(), lines.toStdString());
        auto searching = job(run);
        searching.config->task.data = manifest.toStdString();
        searching.config->task.valid = m_data.toStdString();
        std::stop_source stop;
        searching.heard = [&](const RunEvent& event) {
            if (std::holds_alternative<StartedEvent>(event))
                stop.request_stop();
        };
        const auto end = train(searching, stop.get_token());
        QVERIFY2(end.ok(), end.ok() ? "" : end.error().message.c_str());
        QVERIFY(*end == RunEnd::Stopped);
        QVERIFY(updatesOf(run).empty());
        QCOMPARE(stateOf(run).status, RunStatus::Stopped);
    }

    void aRunThatCannotGoOnSaysSoInItsLog()
    {
        const auto run = m_folder.filePath("damaged");
        QVERIFY(endOf(run, {}) == RunEnd::Finished);
        for (const char* name : {kLast, kBest}) {
            QFile::remove(run + name);
            writeBytes((run + name).toStdString(), "no checkpoint");
        }
        TrainJob again;
        again.run = run.toStdString();
        QVERIFY(!train(again, {}).ok());
        const auto failed = eventsOf<FailedEvent>(run);
        QCOMPARE(failed.size(), std::size_t(1));
        QCOMPARE(failed[0].update, std::int64_t(kUpdates));
        QVERIFY(QString::fromStdString(failed[0].message).contains("last.pt"));
        QCOMPARE(stateOf(run).status, RunStatus::Failed);
    }

    /// Else it would be looked for below the folder from which a run is resumed.
    void whereTheRecordingsAreIsKeptInFull()
    {
        const auto run = m_folder.filePath("relative");
        auto here = job(run);
        here.config->task.data = QDir::current().relativeFilePath(m_data).toStdString();
        QVERIFY(train(here, {}).ok());
        const auto kept = readTrainingConfig(here.run / "config.toml");
        QVERIFY(kept.ok());
        const std::filesystem::path data = kept->task.data;
        QVERIFY(data.is_absolute());
        QVERIFY(std::filesystem::equivalent(data, m_data.toStdString()));
    }

    void aLiveRunIsHeardOf()
    {
        const auto run = RunDirectory::create(m_folder.filePath("live").toStdString());
        QVERIFY(run.ok());
        RunRecorder recorder(*run, std::move(*RunLog::open(*run)), {});
        QVERIFY(recorder.record(ContinuedEvent{.update = 3}).ok());
        const auto started = stateOf(m_folder.filePath("live"));
        recorder.beat(4);
        QVERIFY(stateOf(m_folder.filePath("live")) == started); // not so soon
        recorder.beat(5, started.time + RunRecorder::kBeatSeconds + 1);
        const auto later = stateOf(m_folder.filePath("live"));
        QCOMPARE(later.update, std::int64_t(5));
        QCOMPARE(later.status, RunStatus::Running);
        QVERIFY(later.time > started.time);
    }

private:
    static constexpr int kUpdates = 12;
    static constexpr int kValidated = 7; // see newRun()
    static constexpr const char* kLast = "/checkpoints/last.pt";
    static constexpr const char* kBest = "/checkpoints/best.pt";

    /// What newRun() tells the program.
    TrainJob job(const QString& run) const
    {
        TrainJob job;
        job.run = run.toStdString();
        job.config = *presetConfig("tiny");
        job.config->task.data = m_data.toStdString();
        job.config->common.device = "cpu";
        job.config->common.threads = 1;
        const auto arguments = newRun(m_data, run, kUpdates);
        for (qsizetype i = 0; i + 1 < arguments.size(); ++i) {
            const auto equals = arguments[i + 1].indexOf('=');
            if (arguments[i] == "--set" && equals > 0
                && !setField(*job.config, arguments[i + 1].left(equals).toStdString(),
                             arguments[i + 1].mid(equals + 1).toStdString()))
                qFatal("no setting: %s", qPrintable(arguments[i + 1]));
        }
        return job;
    }
    RunEnd endOf(const QString& run, const std::function<void(const RunEvent&)>& heard,
                 const std::stop_token& stop = {}) const
    {
        auto started = job(run);
        started.heard = heard;
        const auto end = train(started, stop);
        if (!end)
            qFatal("%s", end.error().message.c_str());
        return *end;
    }
    static RunEnd resumed(const QString& run)
    {
        TrainJob again;
        again.run = run.toStdString();
        const auto end = train(again, {});
        if (!end)
            qFatal("%s", end.error().message.c_str());
        return *end;
    }
    static RunState stateOf(const QString& path)
    {
        return readState(*RunDirectory::open(path.toStdString()))->value();
    }

    QTemporaryDir m_folder;
    QString m_data = m_folder.filePath("data");
    QString m_whole = m_folder.filePath("whole");
};

QTEST_GUILESS_MAIN(TrainerTest)
#include "tst_trainer.moc"
