#include "core/audio/peaks.h"
#include "tests/support/sounds.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace phono;
using namespace phono::test;

namespace {

PeakPyramid::Range rangeByHand(std::span<const float> samples)
{
    return {*std::ranges::min_element(samples), *std::ranges::max_element(samples)};
}

std::span<const float> part(const std::vector<float>& samples, std::int64_t first,
                            std::int64_t last)
{
    return std::span(samples).subspan(static_cast<std::size_t>(first),
                                      static_cast<std::size_t>(last - first));
}

} // namespace

class TestPeaks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shortStretchesAreExact();
    void longStretchesAreRoundedOutwardsALittle();
    void wholeWaveformsAreExact_data();
    void wholeWaveformsAreExact();
    void stretchesAreClampedToTheWaveform();
    void nothingIsFlat();
    void singlePeaksAreNeverLost();
    void growingIsTheSameAsAtOnce_data();
    void growingIsTheSameAsAtOnce();
    void copiesStayAsTheyAre();
};

void TestPeaks::shortStretchesAreExact()
{
    const auto samples = asFloats(noise(5000));
    const PeakPyramid peaks{Waveform(samples)};
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto first = static_cast<std::int64_t>(random() % 4000);
        const auto last = first + 1 + static_cast<std::int64_t>(random() % 1000);
        QVERIFY(peaks.range(first, last) == rangeByHand(part(samples, first, last)));
    }
}

void TestPeaks::longStretchesAreRoundedOutwardsALittle()
{
    const std::int64_t size = 300007;
    const auto samples = asFloats(noise(static_cast<std::size_t>(size)));
    const PeakPyramid peaks{Waveform(samples)};
    std::mt19937 random(2);
    for (int i = 0; i < 100; ++i) {
        const auto first = static_cast<std::int64_t>(random() % 200000);
        const auto last = first + 1025 + static_cast<std::int64_t>(random() % 90000);
        const auto slack = (last - first) / 16;
        const auto range = peaks.range(first, last);
        const auto inner = rangeByHand(part(samples, first, last));
        const auto outer = rangeByHand(
            part(samples, std::max<std::int64_t>(first - slack, 0), std::min(last + slack, size)));
        QVERIFY(range.low <= inner.low && range.high >= inner.high);
        QVERIFY(range.low >= outer.low && range.high <= outer.high);
    }
}

void TestPeaks::wholeWaveformsAreExact_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {1, 2, 63, 64, 65, 255, 256, 257, 1024, 1025, 16384, 70001})
        QTest::addRow("%d samples", size) << size;
}

void TestPeaks::wholeWaveformsAreExact()
{
    QFETCH(int, size);
    const auto samples = asFloats(noise(static_cast<std::size_t>(size)));
    const PeakPyramid peaks{Waveform(samples)};
    QCOMPARE(peaks.size(), size);
    QVERIFY(peaks.range(0, size) == rangeByHand(samples));
}

void TestPeaks::stretchesAreClampedToTheWaveform()
{
    const auto samples = asFloats(noise(1000));
    const PeakPyramid peaks{Waveform(samples)};
    QVERIFY(peaks.range(-500, 10) == rangeByHand(part(samples, 0, 10)));
    QVERIFY(peaks.range(990, 5000) == rangeByHand(part(samples, 990, 1000)));
}

void TestPeaks::nothingIsFlat()
{
    const auto samples = asFloats(noise(1000));
    const PeakPyramid peaks{Waveform(samples)};
    const PeakPyramid empty;
    QVERIFY(peaks.range(10, 10) == PeakPyramid::Range());
    QVERIFY(peaks.range(20, 10) == PeakPyramid::Range());
    QVERIFY(peaks.range(1000, 2000) == PeakPyramid::Range());
    QVERIFY(peaks.range(-10, 0) == PeakPyramid::Range());
    QCOMPARE(empty.size(), 0);
    QVERIFY(empty.range(0, 1) == PeakPyramid::Range());
}

void TestPeaks::singlePeaksAreNeverLost()
{
    for (const std::size_t at : {0u, 63u, 64u, 12345u, 99999u}) {
        std::vector<float> samples(100000, 0.1f);
        samples[at] = -0.9f;
        const PeakPyramid peaks{Waveform(samples)};
        QCOMPARE(peaks.range(0, 100000).low, -0.9f);
        QCOMPARE(peaks.range(0, 100000).high, 0.1f);
    }
}

void TestPeaks::growingIsTheSameAsAtOnce_data()
{
    QTest::addColumn<int>("step");
    for (const int step : {1, 63, 64, 100, 4096, 20000})
        QTest::addRow("by %d samples", step) << step;
}

void TestPeaks::growingIsTheSameAsAtOnce()
{
    QFETCH(int, step);
    const auto samples = asFloats(noise(20000));
    const PeakPyramid whole{Waveform(samples)};
    GrowingArray<float> growing;
    PeakPyramid peaks;
    for (std::size_t at = 0; at < samples.size(); at += static_cast<std::size_t>(step)) {
        growing.append(std::span(samples).subspan(at).first(
            std::min(static_cast<std::size_t>(step), samples.size() - at)));
        peaks.extend(Waveform(growing));
    }
    QCOMPARE(peaks.size(), 20000);
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        const auto first = static_cast<std::int64_t>(random() % 20000);
        const auto last = first + 1 + static_cast<std::int64_t>(random() % 20000);
        QVERIFY(peaks.range(first, last) == whole.range(first, last));
    }
}

void TestPeaks::copiesStayAsTheyAre()
{
    const std::vector<float> quiet(5000, 0.25f);
    GrowingArray<float> growing;
    growing.append(quiet);
    PeakPyramid peaks{Waveform(growing)};
    const PeakPyramid before = peaks;
    growing.append(std::vector<float>(50000, -0.5f));
    peaks.extend(Waveform(growing));
    QCOMPARE(before.size(), 5000);
    QVERIFY(before.range(0, 100000) == (PeakPyramid::Range{0.25f, 0.25f}));
    QVERIFY(peaks.range(0, 100000) == (PeakPyramid::Range{-0.5f, 0.25f}));
}

QTEST_APPLESS_MAIN(TestPeaks)
#include "tst_peaks.moc"
