#include "core/run/run_log.h"
#include "core/run/run_reader.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <random>
#include <sys/stat.h>

using namespace phono;

namespace {

UpdateEvent update(std::int64_t number, double loss = 4.5)
{
    UpdateEvent event;
    event.time = 1764093423 + static_cast<double>(number);
    event.update = number;
    event.epoch = static_cast<double>(number) / 100;
    event.metrics.lossBits = loss;
    event.metrics.stepBits = {loss + 1, loss + 2};
    event.lr = 0.005;
    return event;
}

StartedEvent start(std::int64_t number)
{
    StartedEvent event;
    event.update = number;
    event.maxUpdate = 1000;
    return event;
}

ValidEvent valid(std::int64_t number, double loss)
{
    ValidEvent event;
    event.update = number;
    event.metrics.lossBits = loss;
    return event;
}

std::string lines(const std::vector<RunEvent>& events)
{
    std::string text;
    for (const auto& event : events)
        text += toLine(event) + "\n";
    return text;
}

std::vector<int> updatesOf(const RunHistory& history)
{
    const auto updates = history.updates.updates();
    return {updates.begin(), updates.end()};
}

/// Says what differs, or nothing.
std::string difference(const RunHistory& a, const RunHistory& b)
{
    const auto same = [](std::span<const float> x, std::span<const float> y) {
        return std::ranges::equal(
            x, y, [](float p, float q) { return p == q || (std::isnan(p) && std::isnan(q)); });
    };
    if (updatesOf(a) != updatesOf(b) || !std::ranges::equal(a.updates.times(), b.updates.times()))
        return "updates";
    for (std::size_t i = 0; i < kCurveCount; ++i)
        if (!same(a.updates.curve(Curve(i)), b.updates.curve(Curve(i))))
            return std::string(nameOf(Curve(i)));
    if (a.updates.steps() != b.updates.steps())
        return "steps";
    for (std::size_t i = 0; i < a.updates.steps(); ++i)
        if (!same(a.updates.step(i), b.updates.step(i)))
            return "a step";
    if (a.valid != b.valid || a.checkpoints != b.checkpoints || a.starts != b.starts)
        return "valid, checkpoints or starts";
    if (a.skipped != b.skipped || a.skippedCount != b.skippedCount || a.last != b.last)
        return "skipped or last";
    return a.unreadableLines == b.unreadableLines && a.firstUnreadable == b.firstUnreadable
        ? ""
        : "unreadable lines";
}

} // namespace

/// The log of a run as the window follows it.
class RunReaderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        auto run = RunDirectory::create(m_dir->filePath("run").toStdString());
        QVERIFY(run.ok());
        m_run = std::make_unique<RunDirectory>(*run);
        m_reader = std::make_unique<RunReader>(*m_run);
        m_history = {};
    }

    void aLogIsFollowedWhileItGrows()
    {
        QVERIFY(follow().empty()); // no file yet
        append(lines({start(0), update(1)}));
        QVERIFY(!follow().empty());
        QCOMPARE(updatesOf(m_history), std::vector<int>({1}));
        QVERIFY(std::holds_alternative<StartedEvent>(*m_history.last));
        QVERIFY(follow().empty());
        append(lines({update(2), valid(2, 4), CheckpointEvent{1, 2, "checkpoints/last.pt"},
                      SkippedEvent{1, 2, "a.wav", "no audio"}, PausedEvent{1, 2}}));
        const auto news = follow();
        QCOMPARE(news.added.updates.rows(), std::size_t(1)); // only what is new
        QVERIFY(!news.fromStart && !news.resumedFrom);
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        QCOMPARE(m_history.valid.size(), std::size_t(1));
        QCOMPARE(m_history.checkpoints.front().path, std::string("checkpoints/last.pt"));
        QCOMPARE(m_history.skipped.front().reason, std::string("no audio"));
        QVERIFY(std::holds_alternative<PausedEvent>(*m_history.last));
    }

    void columnsHoldWhatTheEventsSay()
    {
        auto event = update(1, 4.25);
        event.gnorm = 0.5;
        event.memoryBytes = 1 << 30;
        event.cpuUtilization = 0.75;
        event.gpu = GpuState{0.5, 1 << 20, 60};
        append(lines({update(0, 1), event}));
        follow();
        const auto& table = m_history.updates;
        QCOMPARE(table.times()[1], event.time);
        QCOMPARE(table.curve(Curve::LossBits)[1], 4.25F);
        QCOMPARE(table.curve(Curve::Lr)[1], 0.005F);
        QCOMPARE(table.curve(Curve::GradientNorm)[1], 0.5F);
        QCOMPARE(table.curve(Curve::MemoryBytes)[1], 1073741824.0F);
        QCOMPARE(table.curve(Curve::CpuUtilization)[1], 0.75F);
        QCOMPARE(std::string(nameOf(Curve::CpuUtilization)), std::string("cpu_utilization"));
        QCOMPARE(table.steps(), std::size_t(2));
        QCOMPARE(table.step(1)[1], 6.25F);
        QVERIFY(std::isnan(table.curve(Curve::GpuTemperature)[0]));
        QCOMPARE(table.curve(Curve::GpuTemperature)[1], 60.0F);
        QVERIFY(table.curve(Curve::LossScale).empty());
        QVERIFY(table.curve(Curve::SecondsLeft).empty());
        QCOMPARE(std::string(nameOf(Curve::GpuTemperature)), std::string("gpu_temperature"));
    }

    void aLineIsThereWhenItsNewlineIs()
    {
        const auto text = lines({update(1)});
        append(text.substr(0, 40));
        QVERIFY(follow().empty());
        append(text.substr(40, text.size() - 41));
        QVERIFY(follow().empty());
        append("\n");
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1}));
    }

    void whatWasLostByAKillIsMadeAgain()
    {
        append(lines({start(0), update(1), update(2), valid(2, 4), update(3), valid(3, 3),
                      CheckpointEvent{1, 3, "checkpoints/last.pt"}}));
        append(lines({update(4)}).substr(0, 50));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2, 3}));
        append("\n" + lines({start(2)}));
        const auto news = follow();
        QCOMPARE(news.resumedFrom.value_or(-1), std::int64_t(2));
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        QCOMPARE(m_history.updates.curve(Curve::LossBits).size(), std::size_t(2));
        QCOMPARE(m_history.valid.size(), std::size_t(1));
        QVERIFY(m_history.checkpoints.empty());
        QCOMPARE(m_history.unreadableLines, std::int64_t(1));
        append(lines({update(3, 1)}));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2, 3}));
        QCOMPARE(m_history.updates.curve(Curve::LossBits)[2], 1.0F);
        QCOMPARE(m_history.starts.size(), std::size_t(2));
    }

    /// Wherever the polls fall, the history is the same.
    void polledInPiecesItIsTheSame()
    {
        auto text = lines({start(0), update(1), update(2), valid(2, 4), update(3), update(4)});
        text += "garbage\n" + lines({update(5)}).substr(0, 60) + "\n\n";
        text += lines({start(2), update(3, 2), update(4, 2), start(3), update(4, 1),
                       SkippedEvent{1, 4, "a", "b"}, valid(4, 2), FinishedEvent{1, 4}});
        append(text);
        const auto whole = readHistory(*m_run);
        QVERIFY(whole.ok());
        QCOMPARE(updatesOf(*whole), std::vector<int>({1, 2, 3, 4}));
        QCOMPARE(whole->unreadableLines, std::int64_t(2));
        std::mt19937 random(3);
        for (int round = 0; round < 40; ++round) {
            init();
            std::size_t at = 0;
            while (at < text.size()) {
                const auto count = std::min<std::size_t>(text.size() - at, random() % 400 + 1);
                append(text.substr(at, count));
                at += count;
                follow();
            }
            auto expected = *whole;
            expected.firstUnreadable = m_run->metrics().string()
                + whole->firstUnreadable.substr(whole->firstUnreadable.find(", line"));
            QCOMPARE(difference(m_history, expected), std::string());
        }
    }

    void unreadableLinesAreCountedAndTheFirstIsNamed()
    {
        append(lines({update(1)}) + "what?\n" + R"({"event":"update","update":"x"})" + "\n"
               + "\n  \r\n" + R"({"event":"probe","update":1})" + "\n" + lines({update(2)}));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        QCOMPARE(m_history.unreadableLines, std::int64_t(2));
        QVERIFY2(m_history.firstUnreadable.find("metrics.jsonl, line 2: ") != std::string::npos,
                 m_history.firstUnreadable.c_str());
    }

    void anEndlessLineIsSkippedInLittleMemory()
    {
        append(lines({update(1)}) + std::string(3 * kLongestEventLine, 'x'));
        follow();
        append("x\n" + lines({update(2)}));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        QCOMPARE(m_history.unreadableLines, std::int64_t(1));
        QVERIFY(m_history.firstUnreadable.find("line 2: the line is too long")
                != std::string::npos);
    }

    void aFileThatShrinksIsReadAnew()
    {
        append(lines({update(1), update(2)}));
        follow();
        put(lines({update(7)}));
        QVERIFY(follow().fromStart);
        QCOMPARE(updatesOf(m_history), std::vector<int>({7}));
    }

    void aFileThatIsReplacedIsReadAnew()
    {
        append(lines({update(1), update(2)}));
        follow();
        std::filesystem::rename(m_run->metrics(), m_run->path() / "old");
        put(lines({update(1), update(2), update(3)}));
        QVERIFY(follow().fromStart);
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2, 3}));
        std::filesystem::remove(m_run->metrics());
        QVERIFY(follow().fromStart);
        QVERIFY(m_history.updates.empty() && !m_history.last);
        QVERIFY(!follow().fromStart);
        put(lines({update(1)}));
        QVERIFY(!follow().fromStart);
        QCOMPARE(updatesOf(m_history), std::vector<int>({1}));
    }

    void whatIsNoFileIsAnErrorUntilItIsOne()
    {
        append(lines({update(1)}));
        follow();
        std::filesystem::remove(m_run->metrics());
        QCOMPARE(mkfifo(m_run->metrics().c_str(), 0600), 0);
        const auto news = m_reader->poll();
        QVERIFY(!news.ok());
        QVERIFY(news.error().message.find("metrics.jsonl") != std::string::npos);
        std::filesystem::remove(m_run->metrics());
        put(lines({update(5)}));
        QVERIFY(follow().fromStart);
        QCOMPARE(updatesOf(m_history), std::vector<int>({5}));
    }

    void aLongLogComesInPortions()
    {
        constexpr int kRows = 40000;
        std::string text;
        for (int i = 1; i <= kRows; ++i)
            text += toLine(update(i)) + "\n";
        QVERIFY(text.size() > std::size_t(RunReader::kPortion));
        append(text);
        const auto first = m_reader->poll();
        QVERIFY(first.ok() && first->more);
        QVERIFY(first->added.updates.rows() < kRows);
        const auto whole = readHistory(*m_run);
        QVERIFY(whole.ok());
        QCOMPARE(whole->updates.rows(), std::size_t(kRows));
        QCOMPARE(whole->updates.updates()[kRows - 1], double(kRows));
    }

    void updatesRiseHoweverTheLogCameAbout()
    {
        append(lines({update(1), update(2), update(3), update(2, 1)}));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        append(lines({update(2, 3)}));
        follow();
        QCOMPARE(updatesOf(m_history), std::vector<int>({1, 2}));
        QCOMPARE(m_history.updates.curve(Curve::LossBits)[1], 3.0F);
    }

    void foreignAmountsAreBounded()
    {
        auto event = update(1);
        event.metrics.stepBits.assign(5000, 1);
        append(lines({event}));
        for (int i = 0; i < 1500; ++i)
            append(lines({SkippedEvent{1, 1, "a", "b"}}));
        follow();
        QCOMPARE(m_history.updates.steps(), UpdateTable::kMostSteps);
        QCOMPARE(m_history.skipped.size(), RunHistory::kMostSkipped);
        QCOMPARE(m_history.skippedCount, std::int64_t(1500));
    }

    void theBestValidationIsTheSmallest()
    {
        QVERIFY(!m_history.best());
        append(lines({valid(1, std::nan("")), valid(2, 4), valid(3, 3), valid(4, 3.5)}));
        follow();
        QVERIFY(m_history.best());
        QCOMPARE(m_history.best()->update, std::int64_t(3));
    }

    void lastWordsAreForPeople()
    {
        QCOMPARE(wordsFor(FailedEvent{1, 9, "the loss is NaN", {}}),
                 std::string("failed at update 9: the loss is NaN"));
        QCOMPARE(wordsFor(StoppedEvent{1, 9, "stopped by SIGTERM"}),
                 std::string("stopped at update 9: stopped by SIGTERM"));
        QCOMPARE(wordsFor(FinishedEvent{1, 9}), std::string("finished at update 9"));
    }

    void theTrainersLogIsRead()
    {
        auto log = RunLog::open(*m_run);
        QVERIFY(log.ok());
        for (std::int64_t i = 1; i <= 100; ++i) {
            QVERIFY(log->append(update(i)).ok());
            follow();
            QCOMPARE(m_history.updates.rows(), std::size_t(i));
        }
    }

private:
    RunNews follow()
    {
        auto news = m_reader->poll();
        if (!news) {
            QTest::qFail(news.error().message.c_str(), __FILE__, __LINE__);
            return {};
        }
        auto copy = *news;
        m_history.apply(*std::move(news));
        return copy;
    }
    void append(const std::string& text) const
    {
        std::ofstream(m_run->metrics(), std::ios::app) << text;
    }
    void put(const std::string& text) const { std::ofstream(m_run->metrics()) << text; }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<RunDirectory> m_run;
    std::unique_ptr<RunReader> m_reader;
    RunHistory m_history;
};

QTEST_APPLESS_MAIN(RunReaderTest)
#include "tst_run_reader.moc"
