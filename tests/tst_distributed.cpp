#include "core/model/seeded_model.h"
#include "core/model/tiles.h"
#include "core/train/communicator.h"
#include "core/train/gradient_buckets.h"
#include "core/train/training_network.h"
#include "tests/support/training_runs.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <map>
#include <numeric>
#include <sched.h>
#include <set>

using namespace phono;
using namespace phono::test;

namespace {

constexpr std::uint64_t kSeed = 3;
constexpr int kProcesses = 2;

TrainingConfig smallConfig()
{
    TrainingConfig config;
    config.model = ModelConfig::tiny();
    config.common.threads = 1;
    return config;
}

/// What process `rank` hears.
at::Tensor batchOf(int rank)
{
    at::manual_seed(100 + static_cast<std::uint64_t>(rank));
    return at::randn({2, 6000}) * 0.1;
}

/// A network with the gradients of its share.
struct Share {
    Share()
        : parameters(*seededModel(smallConfig().model, 1), at::kCPU)
        , gradients(at::zeros_like(parameters.flat()))
        , network(std::move(*makeTrainingNetwork(parameters, smallConfig(), at::kCPU)))
    {
    }
    void differentiate(int rank, const TrainingNetwork::GradientsReady& ready)
    {
        const auto audio = batchOf(rank);
        at::manual_seed(kSeed);
        network->differentiate(audio, 0, gradients, ready);
    }

    FlatParameters parameters;
    at::Tensor gradients;
    std::unique_ptr<TrainingNetwork> network;
};

/// One of the processes: writes the gradients of all to the file named on the command line.
int beOneOfThem(const char* out)
{
    const auto place = processPlaceFromEnvironment();
    if (!place || place->size != kProcesses)
        return 2;
    auto processes = joinProcesses(*place, at::kCPU, 60);
    if (!processes) {
        std::fprintf(stderr, "%s\n", processes.error().message.c_str());
        return 3;
    }
    Share share;
    (*processes)->broadcast(share.parameters.flat());
    // So small that there are many pieces, which begin while the backward pass still runs.
    GradientBuckets buckets(**processes, share.gradients, 100000);
    share.differentiate(place->rank, [&](std::int64_t first) { buckets.ready(first); });
    buckets.startRest();
    (*processes)->finish();
    if (place->rank != 0)
        return 0;
    const auto* values = reinterpret_cast<const char*>(share.gradients.data_ptr<float>());
    writeBytes(out, {values, static_cast<std::size_t>(share.gradients.nbytes())});
    return 0;
}

int freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

/// Whether the process takes SIGTERM as a request, rather than dying of it.
bool waitsForSignals(qint64 process)
{
    QFile file(QStringLiteral("/proc/%1/status").arg(process));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    constexpr qulonglong kTermination = 1ULL << (SIGTERM - 1);
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith("SigBlk:"))
            return (line.mid(7).trimmed().toULongLong(nullptr, 16) & kTermination) != 0;
    return false;
}

std::unique_ptr<QProcess> startAs(int rank, int port, const QString& program,
                                  const QStringList& arguments)
{
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("RANK", QString::number(rank));
    environment.insert("LOCAL_RANK", QString::number(rank));
    environment.insert("WORLD_SIZE", QString::number(kProcesses));
    environment.insert("LOCAL_WORLD_SIZE", QString::number(kProcesses));
    environment.insert("MASTER_ADDR", "127.0.0.1");
    environment.insert("MASTER_PORT", QString::number(port));
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(environment);
    process->start(program, arguments);
    return process;
}

} // namespace

/// Several processes that train together, over the loopback interface.
class DistributedTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void twoProcessesHaveTheGradientsOfOne()
    {
        const auto out = m_folder.filePath("gradients");
        const int port = freePort();
        const auto self = QCoreApplication::applicationFilePath();
        const auto first = startAs(0, port, self, {"--as-one-of-them", out});
        const auto second = startAs(1, port, self, {"--as-one-of-them", out});
        const auto firstEnd = finish(*first);
        QVERIFY2(firstEnd.status == 0, firstEnd.err.constData());
        QCOMPARE(finish(*second).status, 0);
        const auto bytes = readBytes(out.toStdString());

        Share share;
        share.differentiate(0, {});
        share.differentiate(1, {});
        QCOMPARE(bytes.size(), static_cast<std::size_t>(share.gradients.nbytes()));
        const auto together =
            at::from_blob(const_cast<char*>(bytes.data()), share.gradients.sizes(), at::kFloat);
        const double largest = share.gradients.abs().max().item<double>();
        const double difference = (together - share.gradients).abs().max().item<double>();
        QVERIFY(largest > 0);
        QVERIFY2(difference <= 1e-6 * largest, qPrintable(QString::number(difference / largest)));
    }

    void oneCommandStartsThemAll()
    {
        const auto run = m_folder.filePath("together");
        auto arguments = newRun(makeCorpus(m_folder.filePath("data")), run, 12);
        arguments << "--local-processes" << QString::number(kProcesses);
        const auto finished = test::run(PHONO_CLI, arguments);
        QVERIFY2(finished.status == 0, finished.err.constData());
        const auto started = eventsOf<StartedEvent>(run);
        QCOMPARE(started.size(), std::size_t(1));
        QCOMPARE(started[0].processes, kProcesses);
        QCOMPARE(updatesOf(run).size(), std::size_t(12));
        QCOMPARE(eventsOf<FinishedEvent>(run).size(), std::size_t(1));
    }

    void aProcessThatWaitsForTheOthersCanBeStopped_data()
    {
        QTest::addColumn<int>("rank");
        QTest::newRow("the first, where the others are to meet") << 0;
        QTest::newRow("another, when the first is not there") << 1;
    }
    void aProcessThatWaitsForTheOthersCanBeStopped()
    {
        QFETCH(int, rank);
        const auto run = m_folder.filePath("alone" + QString::number(rank));
        const auto process = startAs(rank, freePort(), PHONO_CLI,
                                     newRun(makeCorpus(m_folder.filePath("data")), run, 12));
        QVERIFY(process->waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(waitsForSignals(process->processId()), 60000);
        process->terminate();
        const auto end = finish(*process);
        QVERIFY2(end.status == 0, end.err.constData());
        QCOMPARE(eventsOf<StoppedEvent>(run).size(), std::size_t(rank == 0 ? 1 : 0));
    }

    /// One process is killed: the other saves what they had and says what happened.
    void aDeadPeerEndsTheRunWithACheckpoint()
    {
        const auto run = m_folder.filePath("bereft");
        auto arguments = newRun(makeCorpus(m_folder.filePath("data")), run, 100000);
        arguments << "--set"
                  << "distributed_training.timeout_seconds=30"
                  << "--set"
                  << "checkpoint.save_interval_updates=1000000"
                  << "--set"
                  << "dataset.validate_interval_updates=0";
        const int port = freePort();
        const auto first = startAs(0, port, PHONO_CLI, arguments);
        const auto second = startAs(1, port, PHONO_CLI, arguments);
        QTRY_VERIFY_WITH_TIMEOUT(updatesOf(run).size() >= 5, 120000);
        second->kill();
        second->waitForFinished();
        const auto end = finish(*first);
        QCOMPARE(end.status, 1);
        const auto failed = eventsOf<FailedEvent>(run);
        QCOMPARE(failed.size(), std::size_t(1));
        const auto state = readTrainingState((run + "/checkpoints/last.pt").toStdString());
        QVERIFY2(state.ok(), state.ok() ? "" : state.error().message.c_str());
        QVERIFY(state->updates >= 5);
        QCOMPARE(state->updates, failed[0].update);
        // The batches that were fetched for the update that failed do not count as done.
        const auto batchesPerEpoch = std::llround(1 / updatesOf(run).front().epoch);
        QCOMPARE((state->epoch - 1) * batchesPerEpoch + state->batch, state->updates);
    }

    /// Each looks at another clock, but they must end after the same update.
    void aTimeLimitEndsAllTogether()
    {
        const auto run = m_folder.filePath("timed");
        auto arguments = newRun(makeCorpus(m_folder.filePath("data")), run, 100000);
        arguments << "--set"
                  << "optimization.stop_time_hours=0.0003"
                  << "--set"
                  << "distributed_training.timeout_seconds=20"
                  << "--local-processes" << QString::number(kProcesses);
        const auto finished = test::run(PHONO_CLI, arguments);
        QVERIFY2(finished.status == 0, finished.err.constData());
        QCOMPARE(eventsOf<FinishedEvent>(run).size(), std::size_t(1));
    }

    void validationCountsTheScoresOfAllProcesses()
    {
        const auto data = makeCorpus(m_folder.filePath("data"));
        std::vector<std::int64_t> counts;
        for (const int processes : {1, kProcesses}) {
            const auto run = m_folder.filePath("scores" + QString::number(processes));
            auto arguments = newRun(data, run, 1);
            arguments << "--set"
                      << "task.valid_percent=0.5"
                      << "--set"
                      << "lr_scheduler.warmup_updates=0"
                      << "--local-processes" << QString::number(processes);
            const auto finished = test::run(PHONO_CLI, arguments);
            QVERIFY2(finished.status == 0, finished.err.constData());
            const auto valid = eventsOf<ValidEvent>(run);
            QCOMPARE(valid.size(), std::size_t(1));
            const auto& scores = valid[0].scores;
            counts.push_back(
                std::accumulate(scores.positives.begin(), scores.positives.end(), std::int64_t(0)));
            QCOMPARE(
                std::accumulate(scores.negatives.begin(), scores.negatives.end(), std::int64_t(0)),
                10 * counts.back());
        }
        QVERIFY(counts[0] > 0);
        QCOMPARE(counts[1], counts[0]);
    }

    void recordingsThatAnyProcessLeavesOutAreLogged()
    {
        const auto data = makeCorpus(m_folder.filePath("spoilt"), 12);
        QByteArray lines = data.toUtf8() + "\n";
        for (int i = 0; i < 12; ++i)
            lines += QStringLiteral("%1.wav\t8000\n").arg(i, 2, 10, QLatin1Char('0')).toUtf8();
        for (int i = 0; i < 8; ++i)
            lines += QStringLiteral("missing%1.wav\t8000\n").arg(i).toUtf8();
        const auto manifest = m_folder.filePath("spoilt.tsv");
        writeBytes(manifest.toStdString(), lines.toStdString());
        const auto run = m_folder.filePath("skipping");
        auto arguments = newRun(manifest, run, 3); // an epoch
        arguments << "--valid" << data << "--set"
                  << "lr_scheduler.warmup_updates=0"
                  << "--local-processes" << QString::number(kProcesses);
        const auto finished = test::run(PHONO_CLI, arguments);
        QVERIFY2(finished.status == 0, finished.err.constData());
        std::set<std::string> missing;
        for (const auto& event : eventsOf<SkippedEvent>(run))
            missing.insert(event.path);
        QCOMPARE(missing.size(), std::size_t(8));
    }

    /// As when one machine of many has not mounted the recordings.
    void aProcessThatCanReadNothingIsNamed()
    {
        const auto data = makeCorpus(m_folder.filePath("one"), 1);
        const auto manifest = m_folder.filePath("one.tsv");
        writeBytes(manifest.toStdString(),
                   (data + "\n00.wav\t8000\nmissing.wav\t8000\n").toStdString());
        const auto run = m_folder.filePath("unreadable");
        auto arguments = newRun(manifest, run, 12);
        arguments << "--valid" << data << "--set"
                  << "dataset.batch_size=1"
                  << "--local-processes" << QString::number(kProcesses);
        QCOMPARE(test::run(PHONO_CLI, arguments).status, 1);
        const auto failed = eventsOf<FailedEvent>(run);
        QCOMPARE(failed.size(), std::size_t(1));
        const auto message = QString::fromStdString(failed[0].message);
        QVERIFY2(message.contains(QRegularExpression("process [01]: .*one.tsv")),
                 qPrintable(message));
        QCOMPARE(eventsOf<SkippedEvent>(run).size(), std::size_t(1));
    }

    void nonsenseFromALauncherIsNamed()
    {
        qputenv("RANK", "2");
        qputenv("WORLD_SIZE", "2");
        const auto place = processPlaceFromEnvironment();
        qunsetenv("RANK");
        qunsetenv("WORLD_SIZE");
        QVERIFY(!place.ok());
        QVERIFY(QString::fromStdString(place.error().message).contains("RANK=2"));
        for (const auto& [name, value] :
             {std::pair("RANK", "0"), std::pair("WORLD_SIZE", "2"),
              std::pair("MASTER_ADDR", "localhost"), std::pair("MASTER_PORT", "70000")})
            qputenv(name, value);
        const auto meeting = processPlaceFromEnvironment();
        for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
            qunsetenv(name);
        QVERIFY(!meeting.ok());
        QVERIFY(QString::fromStdString(meeting.error().message).contains("70000"));
        QVERIFY(processPlaceFromEnvironment()->size == 1);
    }

    void slurmIsUnderstood()
    {
        qputenv("SLURM_PROCID", "5");
        qputenv("SLURM_NTASKS", "8");
        qputenv("SLURM_LOCALID", "1");
        qputenv("SLURM_JOB_NODELIST", "gpu[003-004]");
        const auto place = processPlaceFromEnvironment();
        for (const char* name :
             {"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_JOB_NODELIST"})
            qunsetenv(name);
        QVERIFY2(place.ok(), place.ok() ? "" : place.error().message.c_str());
        QCOMPARE(place->rank, 5);
        QCOMPARE(place->size, 8);
        QCOMPARE(place->localRank, 1);
        QCOMPARE(place->host, std::string("gpu003"));
    }

    /// Cores that SLURM gave to one process alone are not shared once more.
    void boundProcessesDoNotShareTheirCores()
    {
        const std::map<const char*, const char*> variables = {{"SLURM_PROCID", "1"},
                                                              {"SLURM_NTASKS", "2"},
                                                              {"SLURM_LOCALID", "1"},
                                                              {"SLURM_NTASKS_PER_NODE", "2"},
                                                              {"SLURM_JOB_NODELIST", "here"}};
        for (const auto& [name, value] : variables)
            qputenv(name, value);
        const auto together = processPlaceFromEnvironment(false);
        const auto bound = processPlaceFromEnvironment(true);
        for (const auto& [name, value] : variables)
            qunsetenv(name);
        QVERIFY(together.ok() && bound.ok());
        QCOMPARE(together->localSize, 2);
        QCOMPARE(bound->localSize, 1);
    }

    void processWithOneOfSeveralCoresIsBound()
    {
        cpu_set_t all;
        QCOMPARE(sched_getaffinity(0, sizeof all, &all), 0);
        auto one = all;
        for (int cpu = 0, kept = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &all) && kept++ > 0)
                CPU_CLR(cpu, &one);
        QCOMPARE(sched_setaffinity(0, sizeof one, &one), 0);
        const bool bound = isBoundToCores();
        const int cores = physicalCores();
        QCOMPARE(sched_setaffinity(0, sizeof all, &all), 0);
        // Where there is but one, having it is being free.
        QCOMPARE(bound, sysconf(_SC_NPROCESSORS_ONLN) > 1);
        QCOMPARE(cores, 1); // and no more threads than that
    }

    void eachProcessHasACardOfItsOwn()
    {
        ProcessPlace place;
        place.localRank = 3;
        QCOMPARE(ownDevice(place, 8), 3); // all are shown to all
        QCOMPARE(ownDevice(place, 1), 0); // to each its own
    }

private:
    QTemporaryDir m_folder;
};

int main(int argc, char** argv)
{
    if (argc == 3 && std::string_view(argv[1]) == "--as-one-of-them")
        return beOneOfThem(argv[2]);
    QCoreApplication application(argc, argv);
    DistributedTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_distributed.moc"
