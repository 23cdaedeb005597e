#include "core/run/run_event.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace phono;

Q_DECLARE_METATYPE(RunEvent)

namespace {

constexpr double kTime = 1764093423.125;

TaskMetrics metrics()
{
    return {4.125, {4.5, 4.25, 3.75}, 0.3125, 1.5, -2.25};
}

UpdateEvent plainUpdate()
{
    UpdateEvent event;
    event.time = kTime;
    event.update = 3;
    return event;
}

UpdateEvent fullUpdate()
{
    UpdateEvent event;
    event.time = kTime;
    event.update = 1234;
    event.epoch = 2.25;
    event.metrics = metrics();
    event.lr = 0.005;
    event.gnorm = 0.0625;
    event.audioSeconds = 93.75;
    event.audioSecondsPerSecond = 120.5;
    event.dataWait = 0.001;
    event.memoryBytes = std::int64_t(5) << 40;
    event.cpuUtilization = 0.75;
    event.secondsLeft = 3600;
    event.lossScale = 128;
    event.codePerplexity = 17.5;
    event.gpu = GpuState{0.97, std::int64_t(80) << 30, 65};
    return event;
}

} // namespace

/// Lines of metrics.jsonl: written, read back, and foreign ones.
class RunEventTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aLineReadsBackAsTheSameEvent_data()
    {
        QTest::addColumn<RunEvent>("event");
        QTest::addColumn<QByteArray>("name");
        const std::string words = "a \"quoted\"\\ path\n\tα.wav";
        StartedEvent started = {kTime,    1,        "0.1.0", 7, 400000,   "cuda:0",
                                "bf16",   "avx512", 16,      4, "node-3", std::int64_t(1) << 40,
                                32537088, 281241,   960.5};
        QTest::newRow("a start") << RunEvent(started) << QByteArray("started");
        QTest::newRow("an update with all that there is")
            << RunEvent(fullUpdate()) << QByteArray("update");
        QTest::newRow("an update without options")
            << RunEvent(plainUpdate()) << QByteArray("update");
        QTest::newRow("a validation")
            << RunEvent(ValidEvent{kTime, 1000, metrics(), {-4, 0.5, {1, 2}, {30, 4}}, true})
            << QByteArray("valid");
        QTest::newRow("a checkpoint")
            << RunEvent(CheckpointEvent{kTime, 1000, words}) << QByteArray("checkpoint");
        QTest::newRow("a skipped recording")
            << RunEvent(SkippedEvent{kTime, 5, words, "no audio"}) << QByteArray("skipped");
        QTest::newRow("a pause") << RunEvent(PausedEvent{kTime, 5}) << QByteArray("paused");
        QTest::newRow("a continuation")
            << RunEvent(ContinuedEvent{kTime, 5}) << QByteArray("continued");
        QTest::newRow("a failure")
            << RunEvent(FailedEvent{kTime, 9, "the loss is NaN", {"a.wav", words}})
            << QByteArray("failed");
        QTest::newRow("a stop") << RunEvent(StoppedEvent{kTime, 9, "stopped by SIGTERM"})
                                << QByteArray("stopped");
        QTest::newRow("the end") << RunEvent(FinishedEvent{kTime, 400000})
                                 << QByteArray("finished");
    }

    void aLineReadsBackAsTheSameEvent()
    {
        QFETCH(RunEvent, event);
        QFETCH(QByteArray, name);
        const auto line = toLine(event);
        QVERIFY(line.find('\n') == std::string::npos);
        QVERIFY(line.starts_with("{\"event\":\"" + name.toStdString() + "\","));
        QCOMPARE(std::string(nameOf(event)), name.toStdString());
        const auto read = parseLine(line);
        QVERIFY2(read.ok(), read ? "" : read.error().message.c_str());
        QVERIFY(read->has_value());
        QVERIFY(**read == event);
        QCOMPARE(timeOf(**read), kTime);
        QCOMPARE(updateOf(**read), updateOf(event));
    }

    void theKeysAreThoseOfTheFormat()
    {
        QCOMPARE(
            QByteArray::fromStdString(toLine(fullUpdate())),
            QByteArray(
                R"({"event":"update","time":1764093423.125,"update":1234,"epoch":2.25,)"
                R"("loss_bits":4.125,"step_bits":[4.5,4.25,3.75],"accuracy":0.3125,)"
                R"("positive_mean":1.5,"negative_mean":-2.25,"lr":0.005,)"
                R"("gnorm":0.0625,"audio_seconds":93.75,)"
                R"("audio_seconds_per_second":120.5,"data_wait":0.001,)"
                R"("memory_bytes":5497558138880,"cpu_utilization":0.75,)"
                R"("seconds_left":3600,"loss_scale":128,"code_perplexity":17.5,"gpu":{"utilization":0.97,)"
                R"("memory_bytes":85899345920,"temperature":65}})"));
    }

    void numbersKeepThePrecisionOfAFloat()
    {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> exponent(-30, 30);
        for (int i = 0; i < 2000; ++i) {
            UpdateEvent event;
            event.metrics.lossBits = std::exp(exponent(random));
            event.lr = std::pow(10, exponent(random) * 5); // beyond what a float can hold
            const auto read = parseLine(toLine(event));
            QVERIFY(read.ok() && read->has_value());
            const auto& back = std::get<UpdateEvent>(**read);
            QCOMPARE(static_cast<float>(back.metrics.lossBits),
                     static_cast<float>(event.metrics.lossBits));
            QVERIFY(std::abs(back.lr / event.lr - 1) < 1e-6);
        }
    }

    void whatIsNotFiniteBecomesNullAndReadsAsNan()
    {
        UpdateEvent event;
        event.metrics.lossBits = std::numeric_limits<double>::infinity();
        event.metrics.stepBits = {1, std::nan("")};
        event.lossScale = -std::numeric_limits<double>::infinity();
        const auto line = toLine(event);
        QVERIFY(line.find("\"loss_bits\":null,\"step_bits\":[1,null]") != std::string::npos);
        const auto read = parseLine(line);
        QVERIFY(read.ok() && read->has_value());
        const auto& back = std::get<UpdateEvent>(**read);
        QVERIFY(std::isnan(back.metrics.lossBits) && std::isnan(back.metrics.stepBits[1]));
        QVERIFY(back.lossScale && std::isnan(*back.lossScale));
    }

    void namesThatAreNoUtf8BecomeReadable()
    {
        const auto read = parseLine(toLine(SkippedEvent{kTime, 1, "caf\xE9.wav", "\xFF"}));
        QVERIFY(read.ok() && read->has_value());
        QCOMPARE(std::get<SkippedEvent>(**read).path, std::string("caf\uFFFD.wav"));
    }

    void aFailureNamesAsManyFilesAsFit()
    {
        FailedEvent event = {kTime, 3, "the loss is NaN", {}};
        event.files.assign(5000, std::string(1000, 'x'));
        const auto line = toLine(event);
        QVERIFY(line.size() < kLongestEventLine);
        const auto read = parseLine(line);
        QVERIFY(read.ok() && read->has_value());
        const auto& files = std::get<FailedEvent>(**read).files;
        QVERIFY(files.size() > 400 && files.size() < 600);
        QCOMPARE(files.back(), event.files.front());
    }

    void olderAndNewerLinesAreRead_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("known");
        QTest::newRow("an unknown event")
            << QByteArray(R"({"event": "probe", "update": 3, "accuracy": 0.5})") << false;
        QTest::newRow("an unknown event without an update")
            << QByteArray(R"({"event": "greeting"})") << false;
        QTest::newRow("unknown fields")
            << QByteArray(R"({"update": 3, "event": "update", "mood": {"a": [1, {}]}, "time": 1})")
            << true;
        QTest::newRow("nothing but the necessary")
            << QByteArray(R"({"event": "update", "update": 3})") << true;
        QTest::newRow("blanks around")
            << QByteArray("  {\"event\" : \"update\", \"update\" : 3 } \r") << true;
        QTest::newRow("whole numbers for real ones")
            << QByteArray(R"({"event": "update", "update": 3, "loss_bits": 4, "lr": 1})") << true;
    }

    void olderAndNewerLinesAreRead()
    {
        QFETCH(QByteArray, line);
        QFETCH(bool, known);
        const auto read = parseLine(line.toStdString());
        QVERIFY2(read.ok(), read ? "" : read.error().message.c_str());
        QCOMPARE(read->has_value(), known);
        if (!known)
            return;
        QCOMPARE(updateOf(**read), std::int64_t(3));
        QCOMPARE(std::get<UpdateEvent>(**read).secondsLeft, -1.0);
    }

    void foreignLinesAreRefusedWithAReason_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("an empty line") << QByteArray() << QByteArray("JSON");
        QTest::newRow("a torn line")
            << QByteArray(R"({"event":"update","update":12,"loss")") << QByteArray("JSON");
        QTest::newRow("two lines glued together")
            << QByteArray(R"({"event":"update","update":1{"event":"update","update":1})")
            << QByteArray("JSON");
        QTest::newRow("zeros of a file system") << QByteArray(64, '\0') << QByteArray("JSON");
        QTest::newRow("a list") << QByteArray("[1, 2]") << QByteArray("JSON");
        QTest::newRow("a number") << QByteArray("3") << QByteArray("JSON");
        QTest::newRow("an event that is no text")
            << QByteArray(R"({"event": 3, "update": 1})") << QByteArray("event");
        QTest::newRow("no event") << QByteArray(R"({"update": 1})") << QByteArray("event");
        QTest::newRow("no update") << QByteArray(R"({"event": "update"})") << QByteArray("update");
        QTest::newRow("a negative update")
            << QByteArray(R"({"event": "update", "update": -1})") << QByteArray("update");
        QTest::newRow("an enormous update")
            << QByteArray(R"({"event": "update", "update": 9223372036854775807})")
            << QByteArray("update");
        QTest::newRow("a text for a number")
            << QByteArray(R"({"event": "update", "update": 1, "loss_bits": "4"})")
            << QByteArray("loss_bits is not a number");
        QTest::newRow("a number for a list")
            << QByteArray(R"({"event": "update", "update": 1, "step_bits": 4})")
            << QByteArray("step_bits is not a list");
        QTest::newRow("a list in a list")
            << QByteArray(R"({"event": "update", "update": 1, "step_bits": [[4]]})")
            << QByteArray("step_bits is not a number");
        QTest::newRow("a number for an object")
            << QByteArray(R"({"event": "update", "update": 1, "gpu": 4})")
            << QByteArray("gpu is not an object");
        QTest::newRow("a real number of bytes")
            << QByteArray(R"({"event": "update", "update": 1, "memory_bytes": 1.5})")
            << QByteArray("memory_bytes is not a whole number");
        QTest::newRow("more threads than an int holds")
            << QByteArray(R"({"event": "started", "update": 1, "threads": 5000000000})")
            << QByteArray("threads");
        QTest::newRow("deep nesting") << QByteArray(R"({"event": "update", "update": 1, "x": )")
                + QByteArray(9, '[') + QByteArray(9, ']')
                + '}' << QByteArray("JSON");
        QTest::newRow("very deep nesting") << QByteArray(100000, '[') << QByteArray("JSON");
        QTest::newRow("invalid UTF-8")
            << QByteArray("{\"event\": \"update\", \"update\": 1, \"x\": \"\xFF\"}")
            << QByteArray("JSON");
        QTest::newRow("an endless line")
            << QByteArray(static_cast<int>(kLongestEventLine) + 1, ' ') << QByteArray("longer");
    }

    void foreignLinesAreRefusedWithAReason()
    {
        QFETCH(QByteArray, line);
        QFETCH(QByteArray, reason);
        const auto read = parseLine(line.toStdString());
        QVERIFY(!read.ok());
        QVERIFY2(read.error().message.find(reason.toStdString()) != std::string::npos,
                 read.error().message.c_str());
    }

    /// For the sanitizers: whatever the bytes are, they are read or refused.
    void damagedLinesNeverBreakTheReader()
    {
        std::mt19937 random(11);
        const auto sound = toLine(fullUpdate());
        for (int i = 0; i < 20000; ++i) {
            auto line = sound;
            for (unsigned changes = random() % 4 + 1; changes > 0; --changes)
                line[random() % line.size()] = static_cast<char>(random());
            line.resize(line.size() - random() % 3 * (random() % line.size()) / 2);
            const auto read = parseLine(line);
            QVERIFY(read.ok() || !read.error().message.empty());
        }
    }
};

QTEST_APPLESS_MAIN(RunEventTest)
#include "tst_run_event.moc"
