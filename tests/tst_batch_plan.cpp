#include "core/corpus/batch_plan.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <numeric>

using namespace phono;

using Batches = QList<QList<int>>;

namespace {

Corpus corpusOf(const std::vector<std::int64_t>& lengths)
{
    Corpus corpus("/");
    for (std::size_t i = 0; i < lengths.size(); ++i)
        corpus.append(std::to_string(i), lengths[i]);
    return corpus;
}

/// [(i * 7919) % 30000 + 1000 for i in range(count)]
Corpus mixedCorpus(int count)
{
    std::vector<std::int64_t> lengths;
    for (std::int64_t i = 0; i < count; ++i)
        lengths.push_back(i * 7919 % 30000 + 1000);
    return corpusOf(lengths);
}

BatchPlan planOf(const Corpus& corpus, const PlanOptions& options)
{
    auto plan = BatchPlan::create(corpus, options);
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *std::move(plan);
}

QList<int> toList(std::span<const std::uint32_t> batch)
{
    QList<int> list;
    for (const auto index : batch)
        list << static_cast<int>(index);
    return list;
}

Batches batchesOf(const BatchPlan& plan, std::int64_t epoch)
{
    Batches batches;
    const auto order = plan.epoch(epoch);
    for (std::int64_t i = 0; i < order.size(); ++i)
        batches << toList(order.batch(i));
    return batches;
}

QList<int> sorted(const Batches& batches)
{
    QList<int> all;
    for (const auto& batch : batches)
        all += batch;
    std::ranges::sort(all);
    return all;
}

QList<int> countingTo(int count)
{
    QList<int> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

} // namespace

class BatchPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // The expected batches come from NumPy 2.4.6 and fairseq's own steps:
    //   np.random.seed(seed)
    //   order = np.lexsort([np.random.permutation(n), np.minimum(sizes, max_sample_size)])[::-1]
    //   batches = data_utils.batch_by_size(order, ...)
    //   np.random.seed(seed + epoch); np.random.shuffle(batches)
    void referenceBatchingIsFairseqs_data()
    {
        QTest::addColumn<PlanOptions>("options");
        QTest::addColumn<int>("epoch");
        QTest::addColumn<Batches>("expected");
        QTest::newRow("by tokens")
            << PlanOptions{.seed = 5, .maxSampleSize = 20000, .maxTokens = 100000} << 1
            << Batches{{13, 28, 9, 24, 5, 20, 1}, {35, 16, 31, 12, 27, 8, 23, 4},
                       {14, 10, 26, 29, 15},      {21, 2, 36, 17, 32},
                       {7, 22, 3, 34, 18},        {33, 30, 11, 25, 6}};
        QTest::newRow("by tokens, without short ones, second epoch")
            << PlanOptions{.seed = 5,
                           .maxSampleSize = 20000,
                           .minSampleSize = 5000,
                           .maxTokens = 200000}
            << 2
            << Batches{{2, 36, 17, 32, 13, 28, 9, 24},
                       {29, 26, 33, 18, 15, 25, 6, 21},
                       {10, 11, 3, 22, 34, 14, 7, 30}};
        QTest::newRow("by number")
            << PlanOptions{.seed = 1, .maxSampleSize = 20000, .maxTokens = 100000, .batchSize = 3}
            << 1 << Batches{{35, 16, 31}, {21, 2, 36},  {30, 25, 6}, {28, 9, 24},
                            {15, 3, 22},  {12, 27, 8},  {7, 14, 10}, {18, 34, 26},
                            {11, 29, 33}, {17, 32, 13}, {23, 4, 19}, {5, 20, 1}};
    }

    void referenceBatchingIsFairseqs()
    {
        QFETCH(PlanOptions, options);
        QFETCH(int, epoch);
        options.referenceBatching = true;
        const auto corpus = mixedCorpus(37);
        const auto plan = planOf(corpus, options);
        QTEST(batchesOf(plan, epoch), "expected");
        QCOMPARE(plan.recordings() + plan.dropped() + plan.tooShort(), corpus.size());
    }

    void whatFairseqDropsIsCounted_data()
    {
        QTest::addColumn<int>("recordings");
        QTest::addColumn<qint64>("batchSize");
        QTest::addColumn<int>("used");
        QTest::newRow("37 recordings in batches of 8") << 37 << qint64(0) << 32;
        QTest::newRow("10 recordings in batches of 3") << 10 << qint64(3) << 9;
        QTest::newRow("9 recordings in batches of 3") << 9 << qint64(3) << 6;
        QTest::newRow("5 recordings") << 5 << qint64(0) << 0;
        QTest::newRow("none") << 0 << qint64(0) << 0;
    }

    void whatFairseqDropsIsCounted()
    {
        QFETCH(int, recordings);
        QFETCH(qint64, batchSize);
        QFETCH(int, used);
        const auto corpus =
            corpusOf(std::vector<std::int64_t>(static_cast<std::size_t>(recordings), 150000));
        PlanOptions options = {.batchSize = batchSize, .referenceBatching = true};
        const auto plan = planOf(corpus, options);
        QCOMPARE(plan.recordings(), static_cast<std::size_t>(used));
        QCOMPARE(plan.dropped(), static_cast<std::size_t>(recordings - used));
        QCOMPARE(sorted(batchesOf(plan, 1)).size(), used);

        options.referenceBatching = false;
        const auto ours = planOf(corpus, options);
        QCOMPARE(ours.dropped(), std::size_t(0));
        QCOMPARE(sorted(batchesOf(ours, 1)), countingTo(recordings));
    }

    void batchesAreFilledToTheLimit()
    {
        const auto corpus = corpusOf(std::vector<std::int64_t>(37, 400000));
        const auto plan = planOf(corpus, {});
        QList<qsizetype> sizes;
        for (const auto& batch : batchesOf(plan, 1))
            sizes << batch.size();
        std::ranges::sort(sizes);
        QCOMPARE(sizes, QList<qsizetype>({7, 10, 10, 10}));
    }

    void everyRecordingComesOnceAnEpoch()
    {
        const auto corpus = mixedCorpus(1000);
        const PlanOptions options = {.maxTokens = 60000};
        const auto plan = planOf(corpus, options);
        Batches last;
        for (const int epoch : {1, 2, 3}) {
            const auto batches = batchesOf(plan, epoch);
            QCOMPARE(sorted(batches), countingTo(1000));
            for (const auto& batch : batches) {
                std::int64_t longest = 0;
                for (const int index : batch)
                    longest = std::max(longest, corpus.samples(static_cast<std::size_t>(index)));
                QVERIFY(longest * batch.size() <= 60000);
                // Sorted, so that little of a batch is cut off.
                QCOMPARE(corpus.samples(static_cast<std::size_t>(batch.first())), longest);
            }
            QVERIFY(batches != last);
            last = batches;
        }
        QCOMPARE(batchesOf(planOf(corpus, options), 3), last);
    }

    void otherSeedsMakeOtherBatches()
    {
        const auto corpus = corpusOf(std::vector<std::int64_t>(100, 16000));
        std::map<int, Batches> plans;
        for (const int seed : {1, 2}) {
            const auto plan = planOf(corpus,
                                     {.seed = static_cast<std::uint64_t>(seed),
                                      .batchSize = 10,
                                      .shuffleBatches = false});
            plans[seed] = batchesOf(plan, 1);
            QCOMPARE(batchesOf(plan, 2), plans[seed]);
        }
        QVERIFY(plans[1] != plans[2]);
    }

    void withoutShufflingTheLongestComeFirst()
    {
        const auto corpus = corpusOf({5, 70000, 65536, 300, 65535, 131072});
        const auto plan = planOf(corpus, {.batchSize = 1, .shuffleBatches = false});
        QCOMPARE(batchesOf(plan, 1), Batches({{5}, {1}, {2}, {4}, {3}, {0}}));
    }

    void shortAndEmptyRecordingsAreLeftOut()
    {
        const auto corpus = corpusOf({0, 1, 99, 100, 101, 99999999999});
        const auto plan = planOf(corpus, {.minSampleSize = 100, .batchSize = 10});
        QCOMPARE(sorted(batchesOf(plan, 1)), QList<int>({3, 4, 5}));
        QCOMPARE(plan.tooShort(), std::size_t(3));
        const auto all = planOf(corpus, {.batchSize = 10});
        QCOMPARE(sorted(batchesOf(all, 1)), QList<int>({1, 2, 3, 4, 5}));
        QCOMPARE(all.tooShort(), std::size_t(1));
    }

    void anEmptyCorpusHasNoBatches()
    {
        const Corpus corpus("/");
        const auto plan = planOf(corpus, {.processes = 3});
        QCOMPARE(plan.batches(), std::size_t(0));
        QCOMPARE(plan.batchesPerProcess(), std::int64_t(0));
        QCOMPARE(plan.epoch(1).size(), std::int64_t(0));
    }

    void processesShareTheBatches_data()
    {
        QTest::addColumn<int>("batches");
        QTest::addColumn<int>("processes");
        QTest::newRow("evenly") << 12 << 4;
        QTest::newRow("one missing") << 11 << 4;
        QTest::newRow("most missing") << 9 << 4;
        QTest::newRow("one process") << 5 << 1;
        QTest::newRow("more processes than batches") << 2 << 7;
    }

    void processesShareTheBatches()
    {
        QFETCH(int, batches);
        QFETCH(int, processes);
        const auto corpus =
            corpusOf(std::vector<std::int64_t>(static_cast<std::size_t>(batches), 16000));
        const auto whole = batchesOf(planOf(corpus, {.batchSize = 1}), 1);
        const auto rounds = (batches + processes - 1) / processes;
        std::map<int, int> uses;
        for (int rank = 0; rank < processes; ++rank) {
            const auto plan =
                planOf(corpus, {.batchSize = 1, .rank = rank, .processes = processes});
            const auto order = plan.epoch(1);
            QCOMPARE(order.size(), std::int64_t(rounds));
            for (int i = 0; i < rounds; ++i) {
                const auto place = i * processes + rank;
                QCOMPARE(order.place(i), std::int64_t(place));
                QCOMPARE(toList(order.batch(i)), whole[place % batches]);
                ++uses[place % batches];
            }
        }
        int repeated = 0;
        for (const auto& [batch, count] : uses)
            repeated += count - 1;
        QCOMPARE(static_cast<int>(uses.size()), batches);
        QCOMPARE(repeated, rounds * processes - batches);
    }

    void impossibleOptionsAreRefused_data()
    {
        QTest::addColumn<PlanOptions>("options");
        QTest::addColumn<QString>("word");
        QTest::newRow("no limit of a batch") << PlanOptions{.maxTokens = 0} << "max_tokens";
        QTest::newRow("a recording that fits in no batch")
            << PlanOptions{.maxTokens = 100} << "max_sample_size";
        QTest::newRow("no samples") << PlanOptions{.maxSampleSize = 0} << "max_sample_size";
        QTest::newRow("the shortest above the longest")
            << PlanOptions{.minSampleSize = 200000} << "min_sample_size";
        QTest::newRow("a negative batch") << PlanOptions{.batchSize = -1} << "batch_size";
        QTest::newRow("multiples of nothing")
            << PlanOptions{.requiredBatchSizeMultiple = 0} << "required_batch_size_multiple";
        QTest::newRow("a process too many") << PlanOptions{.rank = 2, .processes = 2} << "process";
    }

    void impossibleOptionsAreRefused()
    {
        QFETCH(PlanOptions, options);
        QFETCH(QString, word);
        const auto plan = BatchPlan::create(corpusOf({16000}), options);
        QVERIFY(!plan.ok());
        QVERIFY2(plan.error().message.find(word.toStdString()) != std::string::npos,
                 plan.error().message.c_str());
    }

    void planningCanBeStopped()
    {
        std::stop_source stop;
        const auto corpus = mixedCorpus(1000);
        QVERIFY(BatchPlan::create(corpus, {}, stop.get_token()).ok());
        stop.request_stop();
        const auto plan = BatchPlan::create(corpus, {}, stop.get_token());
        QVERIFY(!plan.ok());
        QVERIFY(plan.error().isCancelled());
    }

    void aMillionRecordingsTakeFewBytes()
    {
        constexpr int kRecordings = 1000000;
        const auto corpus = mixedCorpus(kRecordings);
        const auto plan = planOf(corpus, {});
        QCOMPARE(plan.recordings(), std::size_t(kRecordings));
        const auto order = plan.epoch(1);
        std::size_t seen = 0;
        std::vector<bool> met(kRecordings);
        for (std::int64_t i = 0; i < order.size(); ++i) {
            for (const auto index : order.batch(i)) {
                seen += met[index] ? 0 : 1;
                met[index] = true;
            }
        }
        QCOMPARE(seen, std::size_t(kRecordings));
    }
};

QTEST_APPLESS_MAIN(BatchPlanTest)
#include "tst_batch_plan.moc"
