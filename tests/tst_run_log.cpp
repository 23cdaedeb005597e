#include "core/run/run_log.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace phono;

namespace {

UpdateEvent update(std::int64_t number)
{
    UpdateEvent event;
    event.update = number;
    event.metrics.lossBits = 4.5;
    return event;
}

/// Files of this process cannot grow beyond `bytes` until it is destroyed: a disk that is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes)
    {
        getrlimit(RLIMIT_FSIZE, &m_before);
        rlimit limit = m_before;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit m_before = {};
    void (*m_handler)(int) = nullptr;
};

} // namespace

/// What a trainer writes into its run directory, whatever happens to it.
class RunLogTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        auto run = RunDirectory::create(m_dir->filePath("run").toStdString());
        QVERIFY(run.ok());
        m_run = std::make_unique<RunDirectory>(*run);
    }

    void eventsAreLines()
    {
        auto log = RunLog::open(*m_run);
        QVERIFY(log.ok());
        const RunEvent first = FinishedEvent{1, 0};
        QVERIFY(log->append(first).ok());
        QCOMPARE(metrics(), line(first)); // without being closed
        QVERIFY(log->append(update(1)).ok());
        QCOMPARE(metrics(), line(first) + line(update(1)));
    }

    void aLaterProcessGoesOn()
    {
        QVERIFY(RunLog::open(*m_run)->append(update(1)).ok());
        QVERIFY(RunLog::open(*m_run)->append(update(2)).ok());
        QCOMPARE(metrics(), line(update(1)) + line(update(2)));
    }

    void aTornLineIsEnded()
    {
        const auto torn = line(update(1)).left(30);
        put(line(update(1)) + torn);
        QVERIFY(RunLog::open(*m_run)->append(update(2)).ok());
        QCOMPARE(metrics(), line(update(1)) + torn + "\n" + line(update(2)));
    }

    void aFullDiskLosesNothing()
    {
        auto log = RunLog::open(*m_run);
        QVERIFY(log.ok());
        QVERIFY(log->append(update(1)).ok());
        const auto before = metrics();
        {
            const FullDisk disk(static_cast<rlim_t>(before.size()) + 10);
            const auto failed = log->append(update(2));
            QVERIFY(!failed.ok());
            const auto message = QByteArray::fromStdString(failed.error().message);
            QVERIFY2(message.contains("metrics.jsonl: File too large"), message);
            QVERIFY(!log->append(update(3)).ok());
        }
        QCOMPARE(metrics(), before + line(update(2)).left(10));
        QVERIFY(log->append(update(4)).ok());
        QCOMPARE(metrics(), before + line(update(2)).left(10) + "\n" + line(update(4)));
    }

    void aFullDeviceIsNamed()
    {
        std::filesystem::create_symlink("/dev/full", m_run->metrics());
        auto log = RunLog::open(*m_run);
        QVERIFY2(log.ok(), log ? "" : log.error().message.c_str());
        const auto failed = log->append(update(1));
        QVERIFY(!failed.ok());
        const auto message = QByteArray::fromStdString(failed.error().message);
        QVERIFY2(message.contains("metrics.jsonl: No space left on device"), message);
    }

    void aFolderThatIsGoneIsNamed()
    {
        std::filesystem::remove_all(m_run->path());
        const auto log = RunLog::open(*m_run);
        QVERIFY(!log.ok());
        QVERIFY(log.error().message.find(m_run->metrics().string()) != std::string::npos);
    }

    /// Whenever it is killed, there are whole lines and at most one torn one.
    void aKilledProcessLeavesWholeLines()
    {
        for (int round = 0; round < 5; ++round) {
            const pid_t child = fork();
            if (child == 0) {
                auto log = RunLog::open(*m_run);
                for (std::int64_t i = 1; log.ok(); ++i)
                    if (!log->append(update(i)).ok())
                        break;
                _exit(1);
            }
            const auto size = metrics().size();
            QTRY_VERIFY(metrics().size() > size + 1000);
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
        QVERIFY(RunLog::open(*m_run)->append(update(7)).ok());
        int refused = 0;
        for (const auto& text : metrics().split('\n'))
            if (!text.isEmpty() && !parseLine(text.toStdString()).ok())
                ++refused;
        QVERIFY(refused <= 5);
        QVERIFY(metrics().endsWith(line(update(7))));
    }

    void wordsAreForPeople()
    {
        auto log = RunLog::open(*m_run);
        QVERIFY(log.ok());
        QVERIFY(log->say("training on cpu").ok());
        QVERIFY(log->say("cannot read a\nb\x1B[31m.wav").ok());
        QFile file(QString::fromStdString(m_run->log().string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto lines = QString::fromUtf8(file.readAll()).split('\n');
        QCOMPARE(lines.size(), 3);
        const QRegularExpression first(
            "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d training on cpu$");
        QVERIFY2(first.match(lines[0]).hasMatch(), qPrintable(lines[0]));
        QVERIFY(lines[1].contains("cannot read a"));
        QVERIFY(!lines[1].contains('\x1B'));
    }

private:
    static QByteArray line(const RunEvent& event)
    {
        return QByteArray::fromStdString(toLine(event)) + "\n";
    }
    QByteArray metrics() const
    {
        QFile file(QString::fromStdString(m_run->metrics().string()));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void put(const QByteArray& content) const
    {
        QFile file(QString::fromStdString(m_run->metrics().string()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), qint64(content.size()));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<RunDirectory> m_run;
};

QTEST_APPLESS_MAIN(RunLogTest)
#include "tst_run_log.moc"
