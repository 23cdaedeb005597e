#include "widgets/plot/heatmap_renderer.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace phono;

/// The heatmap's pixels against colours worked out cell by cell.
class HeatmapTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void eachCellGetsItsColour();
    void orderMovesRows();
    void scoresAreCentred();
    void pixelsShowTheLargestOfTheirCells();
    void outsideIsTransparent();
    void scrollingReadsNewColumnsOnly();
    void scrollingGivesTheSamePixels();
    void coloursReadNothing();
    void growingRedrawsTheEnd();
    void oddNumbersDoNotCrash();

private:
    static std::shared_ptr<const FeatureSummary> summary(std::vector<float> values, int channels,
                                                         ChannelOrder order = ChannelOrder::Index);
    /// One second a frame, the first from 0 s to 1 s.
    static FrameGeometry seconds();
    static PlotArea area(int width, int height, TimeRange time, double low, double high);
    static QRgb colour(double value, double low, double high);
};

std::shared_ptr<const FeatureSummary> HeatmapTest::summary(std::vector<float> values, int channels,
                                                           ChannelOrder order)
{
    return summarise(nullptr,
                     {FeatureMatrix(std::move(values), channels), Aggregation::Max, order, true});
}

FrameGeometry HeatmapTest::seconds()
{
    FrameGeometry geometry;
    geometry.hop = kModelRate;
    geometry.centre = kModelRate / 2.0;
    return geometry;
}

PlotArea HeatmapTest::area(int width, int height, TimeRange time, double low, double high)
{
    return {QRectF(0, 0, width, height), time, low, high, 1};
}

QRgb HeatmapTest::colour(double value, double low, double high)
{
    const int index = std::clamp(int((value - low) / (high - low) * 256), 0, 255);
    return colorTable(ColorMap::Magma)[std::size_t(index)];
}

void HeatmapTest::eachCellGetsItsColour()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary({0, 1, 2, 3, 4, 5}, 2));
    renderer.setLimits(0, 6);
    const QImage image = renderer.render(area(30, 20, {0, 3}, -0.5, 1.5));
    QCOMPARE(image.size(), QSize(30, 20));
    for (int frame = 0; frame < 3; ++frame) {
        for (int channel = 0; channel < 2; ++channel) {
            const QRgb expected = colour(frame * 2 + channel, 0, 6);
            // Channel 0 lies at the bottom; corners of the cell as well as its middle.
            const int bottom = 19 - channel * 10;
            QCOMPARE(image.pixel(frame * 10 + 5, bottom - 5), expected);
            QCOMPARE(image.pixel(frame * 10, bottom), expected);
            QCOMPARE(image.pixel(frame * 10 + 9, bottom - 9), expected);
        }
    }
}

void HeatmapTest::orderMovesRows()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    // Channel 2 varies most, then 0, then 1.
    const auto ordered = summary({0, 5, 9, 4, 5, 0}, 3, ChannelOrder::Variance);
    QCOMPARE(ordered->order, (std::vector<int>{2, 0, 1}));
    renderer.setSummary(ordered);
    renderer.setLimits(0, 10);
    const QImage image = renderer.render(area(2, 3, {0, 2}, -0.5, 2.5));
    QCOMPARE(image.pixel(0, 2), colour(9, 0, 10));
    QCOMPARE(image.pixel(0, 1), colour(0, 0, 10));
    QCOMPARE(image.pixel(0, 0), colour(5, 0, 10));
}

void HeatmapTest::scoresAreCentred()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary({100, 5, 102, 5, 101, 5}, 2));
    renderer.setScores(true);
    renderer.setLimits(-3, 3);
    const QImage image = renderer.render(area(3, 2, {0, 3}, -0.5, 1.5));
    const double deviation = std::sqrt(2.0 / 3.0);
    QCOMPARE(image.pixel(0, 1), colour(-1 / deviation, -3, 3));
    QCOMPARE(image.pixel(1, 1), colour(1 / deviation, -3, 3));
    QCOMPARE(image.pixel(2, 1), colour(0, -3, 3));
    // A constant channel has no deviation; it is neither high nor low.
    QCOMPARE(image.pixel(1, 0), colour(0, -3, 3));
}

void HeatmapTest::pixelsShowTheLargestOfTheirCells()
{
    constexpr int kFrames = 2800, kChannels = 37;
    std::vector<float> values(std::size_t(kFrames * kChannels));
    std::mt19937 generator(2);
    std::uniform_real_distribution<float> even(0, 1);
    std::ranges::generate(values, [&] { return even(generator); });
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary(values, kChannels));
    renderer.setLimits(0, 1);
    // 7 frames a column and 37 rows in 12 pixels: few enough to be read frame by frame.
    const QImage image = renderer.render(area(400, 12, {0, kFrames}, -0.5, kChannels - 0.5));
    for (int x = 0; x < 400; x += 9) {
        for (int y = 0; y < 12; ++y) {
            float largest = 0;
            for (int channel = y * kChannels / 12; channel < (y + 1) * kChannels / 12; ++channel)
                for (int frame = x * 7; frame < (x + 1) * 7; ++frame)
                    largest = std::max(largest, values[std::size_t(frame * kChannels + channel)]);
            QCOMPARE(image.pixel(x, 11 - y), colour(double(largest), 0, 1));
        }
    }
}

void HeatmapTest::outsideIsTransparent()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary({1, 1}, 1));
    const QImage image = renderer.render(area(40, 30, {-1, 3}, -1.5, 1.5));
    QCOMPARE(qAlpha(image.pixel(5, 15)), 0);
    QCOMPARE(qAlpha(image.pixel(35, 15)), 0);
    QCOMPARE(qAlpha(image.pixel(15, 2)), 0);
    QCOMPARE(qAlpha(image.pixel(15, 27)), 0);
    QCOMPARE(qAlpha(image.pixel(15, 15)), 255);
    QVERIFY(HeatmapRenderer().render(area(40, 30, {0, 1}, 0, 1)).isNull());
}

void HeatmapTest::scrollingReadsNewColumnsOnly()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary(std::vector<float>(std::size_t(5000), 1.0f), 1));
    renderer.render(area(100, 10, {1000, 1100}, -0.5, 0.5));
    const auto before = renderer.columnsRead();
    QCOMPARE(before, 100);
    renderer.render(area(100, 10, {1007, 1107}, -0.5, 0.5));
    QCOMPARE(renderer.columnsRead() - before, 7);
    renderer.render(area(100, 10, {997, 1097}, -0.5, 0.5));
    QCOMPARE(renderer.columnsRead() - before, 17);
    renderer.render(area(100, 10, {3000, 3100}, -0.5, 0.5));
    QCOMPARE(renderer.columnsRead() - before, 117);
}

void HeatmapTest::scrollingGivesTheSamePixels()
{
    constexpr int kChannels = 6;
    std::vector<float> values(std::size_t(3000 * kChannels));
    std::mt19937 generator(9);
    std::uniform_real_distribution<float> even(0, 1);
    std::ranges::generate(values, [&] { return even(generator); });
    const auto numbers = summary(values, kChannels);
    for (const double length : {40.0, 300.0, 1600.0}) {
        HeatmapRenderer scrolled;
        scrolled.setGeometry(seconds());
        scrolled.setSummary(numbers);
        const double perColumn = length / 200;
        for (const int by : {0, 3, 41, -60, 500}) {
            const double start = 500 + by * perColumn;
            const auto place = area(200, 24, {start, start + length}, -0.5, kChannels - 0.5);
            HeatmapRenderer fresh;
            fresh.setGeometry(seconds());
            fresh.setSummary(numbers);
            QCOMPARE(scrolled.render(place), fresh.render(place));
        }
    }
}

void HeatmapTest::coloursReadNothing()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary({0, 1, 2, 3}, 1));
    const auto place = area(40, 4, {0, 4}, -0.5, 0.5);
    const QImage before = renderer.render(place);
    const auto read = renderer.columnsRead();
    renderer.setLimits(0, 4);
    renderer.setColors(colorTable(ColorMap::Grey));
    const QImage after = renderer.render(place);
    QCOMPARE(renderer.columnsRead(), read);
    QVERIFY(before != after);
    QCOMPARE(after.pixel(0, 0), qRgb(255, 255, 255));
}

void HeatmapTest::growingRedrawsTheEnd()
{
    auto storage = FeatureStorage::create(400, 1);
    QVERIFY(storage.ok());
    std::iota((*storage)->data(), (*storage)->data() + 400, 0.0f);
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setLimits(0, 400);
    const auto place = area(10, 1, {0, 400}, -0.5, 0.5);
    std::shared_ptr<const FeatureSummary> numbers;
    for (const int frames : {90, 215, 217, 400}) {
        numbers = summarise(numbers,
                            {FeatureMatrix(*storage, frames), Aggregation::Max, ChannelOrder::Index,
                             frames == 400});
        renderer.setSummary(numbers);
        HeatmapRenderer fresh;
        fresh.setGeometry(seconds());
        fresh.setLimits(0, 400);
        fresh.setSummary(numbers);
        QCOMPARE(renderer.render(place), fresh.render(place));
    }
    QVERIFY2(renderer.columnsRead() < 40, "columns that were whole are not read again");
}

void HeatmapTest::oddNumbersDoNotCrash()
{
    HeatmapRenderer renderer;
    renderer.setGeometry(seconds());
    renderer.setSummary(summary({NAN, INFINITY, -INFINITY, 1e30f}, 2));
    renderer.setLimits(0, 0);
    QVERIFY(!renderer.render(area(8, 8, {0, 2}, -0.5, 1.5)).isNull());
    renderer.setLimits(0, 1);
    renderer.setScores(true);
    QVERIFY(!renderer.render(area(8, 8, {0, 2}, -0.5, 1.5)).isNull());
    QVERIFY(renderer.render(area(0, 8, {0, 2}, -0.5, 1.5)).isNull());
    QVERIFY(renderer.render(area(8, 8, {2, 2}, -0.5, 1.5)).isNull());
    QVERIFY(!renderer.render(area(8, 8, {1e6, 1e6 + 1}, -0.5, 1.5)).isNull());
}

QTEST_APPLESS_MAIN(HeatmapTest)
#include "tst_heatmap.moc"
