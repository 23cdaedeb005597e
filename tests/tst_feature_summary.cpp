#include "widgets/plot/feature_summary.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace phono;

/// Statistics, percentiles and the order of dimensions, on data whose answers are known.
class FeatureSummaryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void statisticsOfKnownChannels();
    void percentilesOfAnEvenSpread();
    void percentilesIgnoreWhatIsNotFinite();
    void sampleCoversTheWholeFeature();
    void varianceFallsWithRank();
    void similarityFindsAHiddenLine_data();
    void similarityFindsAHiddenLine();
    void constantChannelsComeLast();
    void growingGivesTheSameNumbers();
    void anotherAggregationStartsAfresh();
    void stoppedGivesNothing();
};

void FeatureSummaryTest::statisticsOfKnownChannels()
{
    ChannelStatistics statistics;
    for (const float v : {1.0f, 2.0f, 3.0f, 4.0f})
        statistics.add(std::vector<float>{v, 7.0f, -v});
    QCOMPARE(statistics.mean(0), 2.5);
    QCOMPARE(statistics.mean(2), -2.5);
    QCOMPARE(statistics.deviation(0), std::sqrt(1.25));
    QCOMPARE(statistics.deviation(1), 0.0);
}

void FeatureSummaryTest::percentilesOfAnEvenSpread()
{
    std::vector<float> values(1001);
    std::iota(values.begin(), values.end(), 0.0f);
    std::ranges::shuffle(values, std::mt19937(3));
    const QuantileTable table(values);
    QCOMPARE(table.at(0), 0.0);
    QCOMPARE(table.at(1), 10.0);
    QCOMPARE(table.at(50), 500.0);
    QCOMPARE(table.at(99), 990.0);
    QCOMPARE(table.at(100), 1000.0);
    QCOMPARE(table.at(250), 1000.0);
}

void FeatureSummaryTest::percentilesIgnoreWhatIsNotFinite()
{
    const QuantileTable table({NAN, 1.0f, INFINITY, 3.0f, -INFINITY});
    QCOMPARE(table.at(0), 1.0);
    QCOMPARE(table.at(100), 3.0);
    QCOMPARE(QuantileTable(std::vector<float>{}).at(50), 0.0);
}

void FeatureSummaryTest::sampleCoversTheWholeFeature()
{
    FrameSample sample;
    constexpr std::int64_t kFrames = 100'000;
    for (std::int64_t t = 0; t < kFrames; ++t)
        sample.add(t, std::vector<float>{float(t), float(-t)});
    const auto rows = sample.rows();
    QVERIFY(rows.size() / 2 >= 1000 && rows.size() / 2 < 2048);
    QCOMPARE(rows[0], 0.0f);
    const float stride = rows[2];
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        QCOMPARE(rows[i], float(i / 2) * stride);
        QCOMPARE(rows[i + 1], -rows[i]);
    }
    QVERIFY(rows[rows.size() - 2] > float(kFrames) - 2 * stride);
}

void FeatureSummaryTest::varianceFallsWithRank()
{
    QCOMPARE(orderByVariance(std::vector<double>{1, 3, 2, 3}), (std::vector<int>{1, 3, 2, 0}));
}

void FeatureSummaryTest::similarityFindsAHiddenLine_data()
{
    QTest::addColumn<int>("channels");
    QTest::newRow("few channels") << 24;
    QTest::newRow("as many as wav2vec has") << 512;
}

void FeatureSummaryTest::similarityFindsAHiddenLine()
{
    // Channels respond to a place that wanders along a line; their numbers are shuffled.
    QFETCH(int, channels);
    std::vector<int> place(static_cast<std::size_t>(channels));
    std::iota(place.begin(), place.end(), 0);
    std::ranges::shuffle(place, std::mt19937(5));
    constexpr int kFrames = 900;
    std::vector<float> rows;
    for (int t = 0; t < kFrames; ++t) {
        const double at = std::fmod(t * 0.618034, 1.0) * channels;
        for (int c = 0; c < channels; ++c) {
            const double off = (place[std::size_t(c)] - at) / (channels * 0.12);
            rows.push_back(float(std::exp(-off * off)));
        }
    }
    const auto order = orderBySimilarity(rows, channels);
    QVERIFY(std::is_permutation(order.begin(), order.end(), place.begin()));
    // Neighbours by rank are near neighbours on the line, whichever end comes first.
    double apart = 0;
    for (std::size_t r = 1; r < order.size(); ++r)
        apart += std::abs(place[std::size_t(order[r])] - place[std::size_t(order[r - 1])]);
    QVERIFY2(apart / (channels - 1) < 1.5, qPrintable(QString::number(apart / (channels - 1))));
}

void FeatureSummaryTest::constantChannelsComeLast()
{
    std::vector<float> rows;
    for (int t = 0; t < 50; ++t) {
        const auto wave = float(std::sin(t * 0.7));
        rows.insert(rows.end(), {4.0f, wave, 0.0f, -wave, wave * 2});
    }
    const auto order = orderBySimilarity(rows, 5);
    QVERIFY(std::ranges::find(order, 0) >= order.begin() + 3);
    QVERIFY(std::ranges::find(order, 2) >= order.begin() + 3);
    const auto a = std::ranges::find(order, 1) - order.begin();
    const auto b = std::ranges::find(order, 4) - order.begin();
    QCOMPARE(std::abs(a - b), 1);
}

void FeatureSummaryTest::growingGivesTheSameNumbers()
{
    constexpr int kFrames = 3000, kChannels = 4;
    auto storage = FeatureStorage::create(kFrames, kChannels);
    QVERIFY(storage.ok());
    std::mt19937 generator(11);
    std::normal_distribution<float> normal;
    std::generate_n((*storage)->data(), kFrames * kChannels, [&] { return normal(generator); });
    std::shared_ptr<const FeatureSummary> grown;
    for (const int frames : {10, 1500, 2999, kFrames})
        grown = summarise(grown,
                          {FeatureMatrix(*storage, frames), Aggregation::Max,
                           ChannelOrder::Variance, frames == kFrames});
    const auto once = summarise(
        nullptr,
        {FeatureMatrix(*storage, kFrames), Aggregation::Max, ChannelOrder::Variance, true});
    QCOMPARE(grown->pyramid.frames(), std::int64_t(kFrames));
    QCOMPARE(grown->order, once->order);
    QCOMPARE(grown->values.at(37), once->values.at(37));
    QCOMPARE(grown->scores.at(98), once->scores.at(98));
    for (int c = 0; c < kChannels; ++c)
        QCOMPARE(grown->statistics.deviation(c), once->statistics.deviation(c));
    // |score| of normal noise: 2 % lie beyond 2.33.
    QVERIFY(std::abs(once->scores.at(98) - 2.33) < 0.15);
}

void FeatureSummaryTest::anotherAggregationStartsAfresh()
{
    const FeatureMatrix values(std::vector<float>(std::size_t(640), 1.0f), 2);
    const auto largest = summarise(nullptr, {values, Aggregation::Max, ChannelOrder::Index, true});
    const auto mean = summarise(largest, {values, Aggregation::Mean, ChannelOrder::Index, true});
    QCOMPARE(mean->pyramid.aggregation(), Aggregation::Mean);
    QCOMPARE(mean->pyramid.frames(), 320);
    QCOMPARE(mean->statistics.mean(0), 1.0);
}

void FeatureSummaryTest::stoppedGivesNothing()
{
    std::stop_source stop;
    stop.request_stop();
    const FeatureMatrix values(std::vector<float>(std::size_t(640), 1.0f), 2);
    QVERIFY(!summarise(nullptr, {values, Aggregation::Max, ChannelOrder::Index, true},
                       stop.get_token()));
}

QTEST_APPLESS_MAIN(FeatureSummaryTest)
#include "tst_feature_summary.moc"
