#include "core/corpus/batch_loader.h"
#include "tests/support/sounds.h"

#include <QTemporaryDir>
#include <QTest>

#include <sndfile.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <thread>

using namespace phono;
using namespace phono::test;

namespace fs = std::filesystem;

namespace {

constexpr int kWav = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
constexpr int kFlac = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;

/// Samples that say where they stand.
std::vector<std::int16_t> ramp(std::size_t count)
{
    std::vector<std::int16_t> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<std::int16_t>(i % 32768);
    return values;
}

/// A temporary folder of recordings and what a manifest says of them.
class Recordings {
public:
    fs::path path(const std::string& name) const
    {
        return fs::path(m_folder.path().toStdString()) / name;
    }
    void add(const std::string& name, std::size_t samples, int format = kWav)
    {
        writeSound(path(name), format, 16000, 1, ramp(samples));
        declare(name, static_cast<std::int64_t>(samples));
    }
    void declare(const std::string& name, std::int64_t samples) { corpus.append(name, samples); }

private:
    QTemporaryDir m_folder;

public:
    Corpus corpus{fs::path(m_folder.path().toStdString())};
};

BatchPlan planOf(const Corpus& corpus, const PlanOptions& options)
{
    auto plan = BatchPlan::create(corpus, options);
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *std::move(plan);
}

Collated collated(const Corpus& corpus, const CollateOptions& options = {}, BatchSeed seed = {})
{
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < corpus.size(); ++i)
        all.push_back(i);
    auto done = collate(corpus, all, seed, options);
    if (!done)
        qFatal("%s", done.error().message.c_str());
    return *std::move(done);
}

std::span<const float> row(const Batch& batch, std::int64_t index)
{
    return std::span(batch.samples)
        .subspan(static_cast<std::size_t>(index * batch.length),
                 static_cast<std::size_t>(batch.length));
}

/// Where a piece of a ramp begins; -1 if it is none.
int startOf(std::span<const float> samples)
{
    const auto first = static_cast<int>(std::lround(samples.front() * 32768));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (samples[i] != static_cast<float>((first + static_cast<int>(i)) % 32768) / 32768)
            return -1;
    }
    return first;
}

std::vector<Batch> allOf(BatchLoader& loader, std::size_t most = 1000)
{
    std::vector<Batch> batches;
    while (batches.size() < most) {
        auto batch = loader.next();
        if (!batch)
            break;
        batches.push_back(*std::move(batch));
    }
    return batches;
}

void compare(const std::vector<Batch>& got, std::span<const Batch> expected)
{
    QCOMPARE(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        QCOMPARE(got[i].epoch, expected[i].epoch);
        QCOMPARE(got[i].index, expected[i].index);
        QCOMPARE(got[i].files, expected[i].files);
        QCOMPARE(got[i].count, expected[i].count);
        QCOMPARE(got[i].length, expected[i].length);
        QVERIFY(got[i].samples == expected[i].samples);
    }
}

/// 23 recordings of 11 lengths, two of them no audio.
void fill(Recordings& recordings)
{
    for (std::size_t i = 0; i < 23; ++i) {
        const std::string name = std::to_string(i) + (i % 2 ? ".flac" : ".wav");
        if (i % 11 == 5) {
            writeBytes(recordings.path(name), "no audio");
            recordings.declare(name, 3000);
        } else {
            recordings.add(name, 2000 + i % 11 * 500, i % 2 ? kFlac : kWav);
        }
    }
}

constexpr PlanOptions kPlan = {.seed = 3, .maxSampleSize = 4000, .maxTokens = 16000};

} // namespace

class BatchLoaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsAreCutToTheShortest()
    {
        Recordings recordings;
        recordings.add("a.wav", 500);
        recordings.add("b.flac", 300, kFlac);
        recordings.add("c.wav", 300);
        const auto [batch, skipped] = collated(recordings.corpus);
        QCOMPARE(batch.count, std::int64_t(3));
        QCOMPARE(batch.length, std::int64_t(300));
        QCOMPARE(batch.samples.size(), std::size_t(900));
        QCOMPARE(batch.audioSeconds, 900.0 / 16000);
        QCOMPARE(batch.files[1], recordings.path("b.flac").string());
        const int start = startOf(row(batch, 0));
        QVERIFY(start >= 0 && start <= 200);
        QCOMPARE(startOf(row(batch, 1)), 0);
        QCOMPARE(startOf(row(batch, 2)), 0);
        QVERIFY(skipped.empty());
    }

    void rowsAreCutToTheMaximum_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("format");
        QTest::newRow("WAV, whose middle can be reached") << "a.wav" << kWav;
        QTest::newRow("FLAC, whose middle can be reached") << "a.flac" << kFlac;
    }

    void rowsAreCutToTheMaximum()
    {
        QFETCH(QString, name);
        QFETCH(int, format);
        Recordings recordings;
        recordings.add(name.toStdString(), 30000, format);
        std::set<int> starts;
        for (int place = 0; place < 50; ++place) {
            const auto done =
                collated(recordings.corpus, {.maxSampleSize = 1000}, {.seed = 1, .place = place});
            QCOMPARE(done.batch.length, std::int64_t(1000));
            const int start = startOf(row(done.batch, 0));
            QVERIFY(start >= 0 && start <= 29000);
            starts.insert(start);
        }
        QVERIFY(starts.size() > 45);
        QVERIFY(*starts.begin() < 5000 && *starts.rbegin() > 24000);
    }

    void cropsAreUniformAndReachBothEnds()
    {
        std::map<std::int64_t, int> counts;
        constexpr int kDraws = 40000;
        for (int i = 0; i < kDraws; ++i)
            ++counts[drawCropStart({.seed = 1, .epoch = i / 1000, .place = i % 100},
                                   static_cast<std::size_t>(i / 100 % 10), 4)];
        QCOMPARE(counts.size(), std::size_t(4));
        QVERIFY(counts.begin()->first == 0 && counts.rbegin()->first == 3);
        for (const auto& [start, count] : counts)
            QVERIFY2(std::abs(count - kDraws / 4) < 400, qPrintable(QString::number(count)));
        QCOMPARE(drawCropStart({}, 0, 1), std::int64_t(0));
    }

    void cropsDependOnSeedEpochAndPlace()
    {
        const BatchSeed seed = {.seed = 1, .epoch = 1, .place = 1};
        const auto first = drawCropStart(seed, 0, 1 << 30);
        QCOMPARE(drawCropStart(seed, 0, 1 << 30), first);
        QVERIFY(drawCropStart(seed, 1, 1 << 30) != first);
        for (const BatchSeed& other : {BatchSeed{2, 1, 1}, BatchSeed{1, 2, 1}, BatchSeed{1, 1, 2}})
            QVERIFY(drawCropStart(other, 0, 1 << 30) != first);
    }

    void normalisingTakesTheWholeRecording()
    {
        Recordings recordings;
        recordings.add("a.wav", 5000);
        recordings.add("b.wav", 1000);
        const auto [batch, skipped] =
            collated(recordings.corpus, {.maxSampleSize = 1000, .normalize = true});
        double mean = 0;
        double variance = 0;
        for (const float x : asFloats(ramp(5000)))
            mean += x / 5000.0;
        for (const float x : asFloats(ramp(5000)))
            variance += (x - mean) * (x - mean) / 5000.0;
        const auto samples = row(batch, 0);
        const double scale = 1 / std::sqrt(variance + 1e-5);
        const auto start = std::lround((samples[0] / scale + mean) * 32768);
        QVERIFY(start >= 0 && start <= 4000);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const double expected =
                (static_cast<double>(start + static_cast<long>(i)) / 32768 - mean) * scale;
            QVERIFY(std::abs(samples[i] - expected) < 1e-5);
        }
    }

    void channelsAreMixedAndRatesChanged()
    {
        Recordings recordings;
        std::vector<std::int16_t> stereo;
        for (const auto value : ramp(20000)) {
            stereo.push_back(value);
            stereo.push_back(static_cast<std::int16_t>(-value / 2 * 2));
        }
        writeSound(recordings.path("stereo.wav"), kWav, 16000, 2, stereo);
        writeSound(recordings.path("fast.wav"), kWav, 48000, 1, noise(9000));
        recordings.declare("stereo.wav", 20000);
        recordings.declare("fast.wav", 9000);
        const auto [batch, skipped] = collated(recordings.corpus);
        QCOMPARE(batch.length, std::int64_t(3000));
        for (std::size_t i = 1; i < 3000; ++i)
            QCOMPARE(row(batch, 0)[i - 1] + row(batch, 0)[i], 1.0F / 65536);
        // Of a long one, the piece alone is mixed.
        const auto piece = collated(recordings.corpus, {.maxSampleSize = 100}).batch;
        QCOMPARE(piece.length, std::int64_t(100));
        for (std::size_t i = 1; i < 100; ++i)
            QCOMPARE(row(piece, 0)[i - 1] + row(piece, 0)[i], 1.0F / 65536);
    }

    void declaredLengthsMayLie()
    {
        Recordings recordings;
        writeSound(recordings.path("shorter.wav"), kWav, 16000, 1, ramp(400));
        writeSound(recordings.path("longer.wav"), kWav, 16000, 1, ramp(9000));
        recordings.declare("shorter.wav", 100000);
        recordings.declare("longer.wav", 5);
        const auto [batch, skipped] = collated(recordings.corpus);
        QCOMPARE(batch.count, std::int64_t(2));
        QCOMPARE(batch.length, std::int64_t(400));
        QVERIFY(startOf(row(batch, 0)) == 0 && startOf(row(batch, 1)) >= 0);
    }

    void headersMayLie()
    {
        Recordings recordings;
        recordings.add("a.wav", 500);
        const auto wav = readBytes(recordings.path("a.wav"));
        // Its data chunk promises 32 kB.
        auto lying = wav;
        lying.replace(40, 4, littleEndian(32000, 4));
        writeBytes(recordings.path("a.wav"), lying);
        const auto done = collated(recordings.corpus, {.maxSampleSize = 1000});
        QCOMPARE(done.batch.length, std::int64_t(500));
        QCOMPARE(startOf(row(done.batch, 0)), 0);
    }

    void aCutOffFileCountsAsWhatIsLeft_data()
    {
        QTest::addColumn<int>("maximum");
        QTest::newRow("decoded whole") << 100000;
        QTest::newRow("cut from the middle") << 5000;
    }

    void aCutOffFileCountsAsWhatIsLeft()
    {
        QFETCH(int, maximum);
        Recordings recordings;
        recordings.add("long.flac", 30000, kFlac);
        const auto bytes = readBytes(recordings.path("long.flac"));
        writeBytes(recordings.path("long.flac"),
                   std::string_view(bytes).substr(0, bytes.size() / 2));
        for (int place = 0; place < 20; ++place) {
            const auto [batch, skipped] = collated(recordings.corpus, {.maxSampleSize = maximum},
                                                   {.seed = 1, .place = place});
            QCOMPARE(batch.count, std::int64_t(1));
            QVERIFY(batch.length > 0 && batch.length < 20000);
            const int start = startOf(row(batch, 0));
            QVERIFY2(start >= 0 && start + batch.length < 20000,
                     qPrintable(QString("%1 + %2").arg(start).arg(batch.length)));
        }
    }

    void damageInTheMiddleIsSurvived()
    {
        Recordings recordings;
        writeSound(recordings.path("long.flac"), kFlac, 16000, 1, noise(60000));
        recordings.declare("long.flac", 60000);
        recordings.add("short.wav", 6000);
        auto bytes = readBytes(recordings.path("long.flac"));
        bytes.replace(bytes.size() / 2, 20000, std::string(20000, '\x55'));
        writeBytes(recordings.path("long.flac"), bytes);
        for (int place = 0; place < 20; ++place) {
            const auto [batch, skipped] =
                collated(recordings.corpus, {.maxSampleSize = 5000}, {.seed = 1, .place = place});
            QCOMPARE(batch.count, std::int64_t(2));
            QCOMPARE(batch.length, std::int64_t(5000));
            QVERIFY(startOf(row(batch, 1)) >= 0);
        }
    }

    void whatCannotBeTrainedOnIsLeftOut_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("reason");
        QTest::newRow("missing") << "missing"
                                 << "No such file";
        QTest::newRow("no audio") << "text"
                                  << "cannot open";
        QTest::newRow("empty") << "empty"
                               << "no samples";
        QTest::newRow("NaN") << "nan"
                             << "NaN";
        QTest::newRow("too short") << "short"
                                   << "task.min_sample_size";
        QTest::newRow("a folder") << "folder"
                                  << "directory";
    }

    void whatCannotBeTrainedOnIsLeftOut()
    {
        QFETCH(QString, kind);
        QFETCH(QString, reason);
        Recordings recordings;
        recordings.add("first.wav", 300);
        const auto bad = recordings.path("bad.wav");
        if (kind == "text")
            writeBytes(bad, "no audio");
        if (kind == "empty" || kind == "short")
            writeSound(bad, kWav, 16000, 1, ramp(kind == "short" ? 99 : 0));
        if (kind == "nan")
            writeSound(bad, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16000, 1,
                       std::vector<float>(300, std::numeric_limits<float>::quiet_NaN()));
        if (kind == "folder")
            fs::create_directory(bad);
        recordings.declare("bad.wav", 300);
        recordings.add("last.wav", 300);
        const auto [batch, skipped] = collated(recordings.corpus, {.minSampleSize = 100});
        QCOMPARE(batch.count, std::int64_t(2));
        QCOMPARE(batch.length, std::int64_t(300));
        QCOMPARE(batch.files.back(), recordings.path("last.wav").string());
        QCOMPARE(skipped.size(), std::size_t(1));
        QCOMPARE(skipped[0].path, bad.string());
        QCOMPARE(skipped[0].recording, std::uint32_t(1));
        QVERIFY2(skipped[0].reason.find(reason.toStdString()) != std::string::npos
                     && skipped[0].reason.find("bad.wav") != std::string::npos,
                 skipped[0].reason.c_str());
    }

    void threadsDoNotChangeABatch()
    {
        Recordings recordings;
        fill(recordings);
        const auto plan = planOf(recordings.corpus, kPlan);
        std::vector<Batch> expected;
        for (const int workers : {0, 1, 2, 5}) {
            BatchLoader loader(recordings.corpus, plan, {.workers = workers, .lastEpoch = 4});
            const auto batches = allOf(loader);
            QCOMPARE(loader.failure(), std::string());
            if (workers == 0) {
                expected = batches;
                QVERIFY(expected.size() >= 4 * plan.batches() - 8);
            }
            compare(batches, expected);
            QCOMPARE(loader.takeSkipped().size(), std::size_t(2));
        }
    }

    void epochsDiffer()
    {
        Recordings recordings;
        recordings.add("a.wav", 30000);
        const auto plan = planOf(recordings.corpus, {.maxSampleSize = 100, .maxTokens = 100});
        BatchLoader loader(recordings.corpus, plan, {.workers = 2});
        const auto batches = allOf(loader, 20);
        std::set<int> starts;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            QCOMPARE(batches[i].epoch, static_cast<std::int64_t>(i + 1));
            starts.insert(startOf(row(batches[i], 0)));
        }
        QVERIFY(starts.size() > 15);
    }

    void anyBatchCanBeTheFirst()
    {
        Recordings recordings;
        fill(recordings);
        const auto plan = planOf(recordings.corpus, kPlan);
        BatchLoader whole(recordings.corpus, plan, {.workers = 2, .lastEpoch = 3});
        const auto batches = allOf(whole);
        for (std::size_t done = 0; done <= batches.size(); done += 3) {
            LoaderOptions options = {.workers = 2, .lastEpoch = 3};
            if (done > 0) {
                options.epoch = batches[done - 1].epoch;
                options.index = batches[done - 1].index + 1;
            }
            BatchLoader rest(recordings.corpus, plan, options);
            compare(allOf(rest), std::span(batches).subspan(done));
        }
    }

    void failuresAreReportedOnce()
    {
        Recordings recordings;
        fill(recordings);
        const auto plan = planOf(recordings.corpus, kPlan);
        BatchLoader loader(recordings.corpus, plan, {.workers = 3, .lastEpoch = 5});
        std::multiset<std::string> reported;
        while (loader.next()) {
            for (const auto& file : loader.takeSkipped())
                reported.insert(file.path);
        }
        QCOMPARE(reported.size(), std::size_t(2));
        QVERIFY(reported.count(recordings.path("5.flac").string()) == 1
                && reported.count(recordings.path("16.wav").string()) == 1);
    }

    void aBatchOfNothingIsPassedOver()
    {
        Recordings recordings;
        recordings.declare("missing.wav", 2000);
        recordings.add("good.wav", 1000);
        recordings.declare("gone.wav", 500);
        const auto plan = planOf(recordings.corpus, {.batchSize = 1, .shuffleBatches = false});
        for (const int workers : {0, 2}) {
            BatchLoader loader(recordings.corpus, plan, {.workers = workers, .lastEpoch = 2});
            const auto batches = allOf(loader);
            QCOMPARE(batches.size(), std::size_t(2));
            QVERIFY(batches[1].epoch == 2 && batches[1].index == 1);
            QCOMPARE(loader.takeSkipped().size(), std::size_t(2));

            BatchLoader inStep(recordings.corpus, plan,
                               {.workers = workers, .lastEpoch = 2, .keepEmptyBatches = true});
            const auto all = allOf(inStep);
            QCOMPARE(all.size(), std::size_t(6));
            QVERIFY(all[0].count == 0 && all[1].count == 1 && all[5].count == 0);
        }
    }

    void aCorpusOfNothingFails()
    {
        Recordings recordings;
        recordings.declare("missing.wav", 2000);
        recordings.declare("gone.wav", 500);
        const auto plan = planOf(recordings.corpus, {.batchSize = 1});
        const Corpus empty("/");
        const auto nothing = planOf(empty, {});
        for (const int workers : {0, 2}) {
            BatchLoader loader(recordings.corpus, plan, {.workers = workers});
            QVERIFY(!loader.next());
            QVERIFY(!loader.failure().empty());
            QCOMPARE(loader.takeSkipped().size(), std::size_t(2));
            QVERIFY(!loader.next());

            BatchLoader none(empty, nothing, {.workers = workers});
            QVERIFY(!none.next());
            QVERIFY(!none.failure().empty());
        }
    }

    /// As when the disk of millions of recordings is not mounted.
    void manyRecordingsThatAreMissingFailSoon()
    {
        Recordings recordings;
        for (int i = 0; i < 3000; ++i)
            recordings.declare("missing" + std::to_string(i) + ".wav", 2000);
        const auto plan = planOf(recordings.corpus, {.batchSize = 1});
        BatchLoader loader(recordings.corpus, plan, {.workers = 2});
        QVERIFY(!loader.next());
        QVERIFY(!loader.failure().empty());
        QCOMPARE(loader.takeSkipped().size(), std::size_t(1000));
    }

    void validationIsTheSameEveryTime()
    {
        Recordings recordings;
        fill(recordings);
        auto options = kPlan;
        options.shuffleBatches = false;
        const auto plan = planOf(recordings.corpus, options);
        std::vector<Batch> first;
        for (const int workers : {2, 0, 1}) {
            BatchLoader loader(recordings.corpus, plan, LoaderOptions::onePass(workers, false));
            const auto batches = allOf(loader);
            if (first.empty())
                first = batches;
            QVERIFY(!first.empty());
            compare(batches, first);
        }
    }

    void processesMakeTheSameNumberOfUpdates()
    {
        Recordings recordings;
        for (int i = 0; i < 7; ++i)
            recordings.add(std::to_string(i) + ".wav", 1000);
        std::multiset<std::string> files;
        int repeated = 0;
        for (const int rank : {0, 1, 2}) {
            const auto plan =
                planOf(recordings.corpus, {.batchSize = 1, .rank = rank, .processes = 3});
            BatchLoader loader(recordings.corpus, plan, {.workers = 1, .lastEpoch = 1});
            const auto batches = allOf(loader);
            QCOMPARE(batches.size(), std::size_t(3));
            for (const Batch& batch : batches) {
                if (batch.repeated)
                    ++repeated;
                else
                    files.insert(batch.files[0]);
            }
        }
        QCOMPARE(repeated, 2);
        QCOMPARE(std::set<std::string>(files.begin(), files.end()).size(), std::size_t(7));
        QCOMPARE(files.size(), std::size_t(7));
    }

    void stoppingEndsIt_data()
    {
        QTest::addColumn<int>("workers");
        QTest::newRow("without threads") << 0;
        QTest::newRow("with threads") << 2;
    }

    void stoppingEndsIt()
    {
        QFETCH(int, workers);
        Recordings recordings;
        fill(recordings);
        const auto plan = planOf(recordings.corpus, kPlan);
        std::stop_source stop;
        BatchLoader loader(recordings.corpus, plan, {.workers = workers}, stop.get_token());
        QVERIFY(loader.next());
        stop.request_stop();
        QVERIFY(!loader.next());
        QCOMPARE(loader.failure(), std::string());
        BatchLoader late(recordings.corpus, plan, {.workers = workers}, stop.get_token());
        QVERIFY(!late.next());
    }

    void stoppingWakesWhoWaits()
    {
        Recordings recordings;
        writeSound(recordings.path("long.wav"), kWav, 8000, 1, ramp(2000000));
        recordings.declare("long.wav", 100000);
        const auto plan = planOf(recordings.corpus, {});
        std::stop_source stop;
        BatchLoader loader(recordings.corpus, plan, {.workers = 1}, stop.get_token());
        std::atomic<bool> begun = false;
        std::thread waiting([&] {
            while (loader.next())
                begun = true;
        });
        while (!begun)
            std::this_thread::yield();
        stop.request_stop();
        waiting.join();
        QCOMPARE(loader.failure(), std::string());
    }

    void aLoaderCanBeLeftAtAnyMoment()
    {
        Recordings recordings;
        fill(recordings);
        const auto plan = planOf(recordings.corpus, kPlan);
        for (std::size_t taken = 0; taken < 12; ++taken) {
            BatchLoader loader(recordings.corpus, plan, {.workers = 3});
            QCOMPARE(allOf(loader, taken).size(), taken);
        }
    }
};

QTEST_APPLESS_MAIN(BatchLoaderTest)
#include "tst_batch_loader.moc"
