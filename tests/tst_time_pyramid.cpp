#include "widgets/plot/time_pyramid.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace phono;

/// Stretches of frames from a pyramid against the same stretches counted frame by frame.
class TimePyramidTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matchesCounting_data();
    void matchesCounting();
    void growsLikeBuiltAtOnce_data();
    void growsLikeBuiltAtOnce();
    void noSpikeIsLostOrDoubled();
    void stopsWithoutHarm();

private:
    static std::vector<float> noise(std::int64_t frames, int channels);
};

std::vector<float> TimePyramidTest::noise(std::int64_t frames, int channels)
{
    std::mt19937 generator(7);
    std::normal_distribution<float> normal;
    std::vector<float> values(std::size_t(frames * channels));
    std::ranges::generate(values, [&] { return normal(generator); });
    return values;
}

void TimePyramidTest::matchesCounting_data()
{
    QTest::addColumn<int>("frames");
    QTest::addColumn<bool>("mean");
    for (const int frames : {1, 7, 8, 9, 100, 2048, 9001}) {
        QTest::addRow("largest of %d frames", frames) << frames << false;
        QTest::addRow("mean of %d frames", frames) << frames << true;
    }
}

void TimePyramidTest::matchesCounting()
{
    QFETCH(int, frames);
    QFETCH(bool, mean);
    constexpr int kChannels = 5;
    const FeatureMatrix values(noise(frames, kChannels), kChannels);
    const auto pyramid = TimePyramid(mean ? Aggregation::Mean : Aggregation::Max).extended(values);
    QCOMPARE(pyramid.frames(), std::int64_t(frames));
    for (std::int64_t length = 1; length <= frames; length = length * 3 + 1) {
        const std::int64_t cell = pyramid.cellFrames(double(length));
        QVERIFY(cell == 1 || cell <= length);
        for (std::int64_t first = 0; first + length <= frames; first += length) {
            const std::int64_t last = first + length;
            float out[3];
            pyramid.aggregate(first, last, cell, 1, out);
            // The promise: both ends rounded down to whole cells, but the end of the feature kept.
            const std::int64_t begin = first / cell * cell;
            const std::int64_t end = last == frames ? last : last / cell * cell;
            for (int c = 0; c < 3; ++c) {
                double sum = 0;
                float largest = -INFINITY;
                for (std::int64_t t = begin; t < end; ++t) {
                    const float v = values.frame(t)[std::size_t(c + 1)];
                    sum += double(v);
                    largest = std::max(largest, v);
                }
                const double expected = mean ? sum / double(end - begin) : double(largest);
                QVERIFY2(std::abs(double(out[c]) - expected) < 1e-5,
                         qPrintable(QStringLiteral("[%1, %2)").arg(first).arg(last)));
            }
        }
    }
}

void TimePyramidTest::growsLikeBuiltAtOnce_data()
{
    QTest::addColumn<QList<int>>("steps");
    QTest::newRow("one frame at a time past the first cells") << QList<int>{1, 2, 3, 8, 9, 17};
    QTest::newRow("uneven steps over several levels") << QList<int>{5, 700, 701, 5000, 20011};
    QTest::newRow("steps on cell borders") << QList<int>{2048, 4096, 8192, 16384};
    QTest::newRow("the same length again") << QList<int>{1000, 1000, 3000};
}

void TimePyramidTest::growsLikeBuiltAtOnce()
{
    QFETCH(QList<int>, steps);
    constexpr int kChannels = 3;
    const int frames = steps.last();
    const auto numbers = noise(frames, kChannels);
    auto storage = FeatureStorage::create(frames, kChannels);
    QVERIFY(storage.ok());
    std::ranges::copy(numbers, (*storage)->data());
    for (const auto aggregation : {Aggregation::Max, Aggregation::Mean}) {
        TimePyramid grown(aggregation);
        for (const int step : steps)
            grown = grown.extended(FeatureMatrix(*storage, step));
        const auto built = TimePyramid(aggregation).extended(FeatureMatrix(*storage, frames));
        for (const std::int64_t length : {1, 16, 70, 300, 2000}) {
            QCOMPARE(grown.cellFrames(double(length)), built.cellFrames(double(length)));
            const std::int64_t cell = built.cellFrames(double(length));
            for (std::int64_t first = 0; first < frames; first += length) {
                const auto last = std::min<std::int64_t>(frames, first + length);
                float a[kChannels], b[kChannels];
                grown.aggregate(first, last, cell, 0, a);
                built.aggregate(first, last, cell, 0, b);
                QVERIFY(std::equal(a, a + kChannels, b));
            }
        }
    }
}

void TimePyramidTest::noSpikeIsLostOrDoubled()
{
    constexpr int kFrames = 5000;
    std::vector<float> values(kFrames, 0.0f);
    for (int t = 13; t < kFrames; t += 397)
        values[std::size_t(t)] = 1;
    const auto spikes = std::ranges::count(values, 1.0f);
    const auto pyramid = TimePyramid().extended(FeatureMatrix(values, 1));
    // Columns of an uneven width: neighbours differ by a frame, and lie about a level's border.
    for (const double width : {7.6, 8.3, 31.7, 32.2, 64.3, 130.0}) {
        const auto cell = pyramid.cellFrames(width);
        std::ptrdiff_t found = 0;
        for (int x = 0; double(x) * width < kFrames; ++x) {
            const auto first = std::int64_t(x * width);
            const auto last = std::min<std::int64_t>(kFrames, std::int64_t((x + 1) * width));
            float out = 0;
            pyramid.aggregate(first, last, cell, 0, {&out, 1});
            found += out == 1.0f;
        }
        QCOMPARE(found, spikes);
    }
}

void TimePyramidTest::stopsWithoutHarm()
{
    std::stop_source stop;
    stop.request_stop();
    const auto first = TimePyramid().extended(FeatureMatrix(noise(100, 2), 2));
    const auto second = first.extended(FeatureMatrix(noise(300, 2), 2), stop.get_token());
    QCOMPARE(second.frames(), 100);
}

QTEST_APPLESS_MAIN(TimePyramidTest)
#include "tst_time_pyramid.moc"
