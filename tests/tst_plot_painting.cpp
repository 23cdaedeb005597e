#include "widgets/plot/axis_ticks.h"
#include "widgets/plot/color_map.h"
#include "widgets/plot/frame_geometry.h"
#include "widgets/plot/label_renderer.h"
#include "widgets/plot/waveform_renderer.h"

#include <QColor>
#include <QImage>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace phono;

/// Colour maps, marks of axes, places of frames, and the painters of waveforms and labels.
class PlotPaintingTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void mapsGetBrighterAllTheWay_data();
    void mapsGetBrighterAllTheWay();
    void divergingIsEvenAboutItsMiddle();
    void mapNamesGoThereAndBack();

    void contextFramesLookBack();
    void framesLieAtTheirCentre();
    void spectrogramFramesAreCentred();

    void levelMarks();
    void frequencyMarks();
    void valueMarks_data();
    void valueMarks();
    void timeMarks_data();
    void timeMarks();

    void waveformFillsFromLowToHigh();
    void waveformShowsSingleSamples();
    void waveformMarksClipping();
    void waveformStaysInsideTheFile();
    void labelsAreFoundByTime();
    void labelsArePainted();
};

void PlotPaintingTest::mapsGetBrighterAllTheWay_data()
{
    QTest::addColumn<int>("map");
    for (const ColorMap map : kSequentialMaps)
        QTest::addRow("%s", qPrintable(colorMapName(map))) << int(map);
}

void PlotPaintingTest::mapsGetBrighterAllTheWay()
{
    QFETCH(int, map);
    const auto luminance = [](QRgb c) {
        const auto linear = [](int v) {
            return std::pow(v / 255.0, 2.2);
        };
        return 0.2126 * linear(qRed(c)) + 0.7152 * linear(qGreen(c)) + 0.0722 * linear(qBlue(c));
    };
    const ColorTable& table = colorTable(ColorMap(map));
    // Grey is for print: there, more is darker.
    const double sign = ColorMap(map) == ColorMap::Grey ? -1 : 1;
    for (std::size_t i = 1; i < table.size(); ++i)
        QVERIFY(sign * (luminance(table[i]) - luminance(table[i - 1])) > -2e-3);
    QVERIFY(sign * (luminance(table.back()) - luminance(table.front())) > 0.5);
    QCOMPARE(qAlpha(table[7]), 255);
}

void PlotPaintingTest::divergingIsEvenAboutItsMiddle()
{
    const ColorTable& table = colorTable(ColorMap::Diverging);
    QVERIFY(QColor(table[128]).lightness() > 235);
    QVERIFY(qBlue(table[0]) > qRed(table[0]));
    QVERIFY(qRed(table[255]) > qBlue(table[255]));
    for (std::size_t i = 0; i < 128; ++i)
        QVERIFY(std::abs(qGray(table[i]) - qGray(table[255 - i])) < 45);
}

void PlotPaintingTest::mapNamesGoThereAndBack()
{
    for (const ColorMap map : {ColorMap::Magma, ColorMap::Viridis, ColorMap::Cividis,
                               ColorMap::Grey, ColorMap::Diverging})
        QCOMPARE(colorMapFromName(colorMapName(map)), map);
    QCOMPARE(colorMapFromName(QStringLiteral("jet")), ColorMap::Magma);
}

void PlotPaintingTest::contextFramesLookBack()
{
    const FeatureInfo z{"z", 512, false, 160, 465};
    const FeatureInfo c{"c", 512, false, 160, 3345};
    const FeatureInfo enc0{"enc0", 512, false, 5, 10};
    const std::vector<FeatureInfo> offered{z, c, enc0};
    // z_t sees [160 t, 160 t + 465); c_t ends where z_t ends.
    const auto zSees = FrameGeometry::of(z, offered).seen(100);
    QCOMPARE(zSees.start * kModelRate, 16000.0);
    QCOMPARE(zSees.end * kModelRate, 16465.0);
    const auto cSees = FrameGeometry::of(c, offered).seen(100);
    QCOMPARE(cSees.end * kModelRate, 16465.0);
    QCOMPARE(cSees.length() * kModelRate, 3345.0);
    const auto early = FrameGeometry::of(c, offered).seen(3);
    QCOMPARE(early.start, 0.0);
    QCOMPARE(early.end * kModelRate, 3 * 160 + 465.0);
    const auto layer = FrameGeometry::of(enc0, offered).seen(7);
    QCOMPARE(layer.start * kModelRate, 35.0);
    QCOMPARE(layer.end * kModelRate, 45.0);
}

void PlotPaintingTest::framesLieAtTheirCentre()
{
    const FeatureInfo z{"z", 512, false, 160, 465};
    const FeatureInfo c{"c", 512, false, 160, 12945};
    const std::vector<FeatureInfo> offered{z, c};
    for (const auto& info : offered) {
        const auto geometry = FrameGeometry::of(info, offered);
        QCOMPARE(geometry.frameCentre(10) * kModelRate, 1832.5);
        QCOMPARE(geometry.frameAt(geometry.frameCentre(10)), 10);
        QCOMPARE(geometry.frameAt(geometry.cellStart(10) + 1e-9), 10);
        QCOMPARE(geometry.frameAt(geometry.cellStart(10) - 1e-9), 9);
        QCOMPARE(geometry.frameAt(0), -1);
    }
}

void PlotPaintingTest::spectrogramFramesAreCentred()
{
    SpectrogramOptions options;
    options.hop = 80;
    options.windowLength = 400;
    const auto geometry = FrameGeometry::of(options);
    QCOMPARE(geometry.frameCentre(5) * kModelRate, 400.0);
    QCOMPARE(geometry.seen(5).start * kModelRate, 200.0);
    QCOMPARE(geometry.seen(5).end * kModelRate, 600.0);
}

void PlotPaintingTest::levelMarks()
{
    const auto ticks = levelTicks(1, 200, 14);
    const auto named = [&](const QString& text) {
        return std::ranges::count(ticks, text, &AxisTick::label);
    };
    QCOMPARE(named(QStringLiteral("0")), 2);
    QCOMPARE(named(QStringLiteral("−6")), 2);
    QCOMPARE(named(QStringLiteral("−∞")), 1);
    for (const auto& tick : ticks) {
        if (tick.label == QStringLiteral("−6"))
            QVERIFY(std::abs(std::abs(tick.position) - 0.501) < 0.001);
    }
    for (std::size_t i = 0; i < ticks.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(std::abs(ticks[i].position - ticks[j].position) * 100 >= 13.9);
    // A quiet file looked at closely still gets marks.
    QVERIFY(levelTicks(0.001, 200, 14).size() >= 3);
    QCOMPARE(levelTicks(0, 200, 14).size(), std::size_t(1));
}

void PlotPaintingTest::frequencyMarks()
{
    std::vector<double> rows(81);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = double(i) * 100;
    const auto ticks = frequencyTicks(rows, 400, 20);
    QVERIFY(ticks.size() >= 4);
    for (const auto& tick : ticks)
        QCOMPARE(tick.position * 100, tick.label.toDouble() * 1000);
    QCOMPARE(frequencyAt(rows, 12.5), 1250.0);
    QCOMPARE(frequencyAt(rows, -3), 0.0);
    QCOMPARE(frequencyAt(rows, 500), 8000.0);
    QCOMPARE(frequencyAt({}, 1), 0.0);
}

void PlotPaintingTest::valueMarks_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<QString>("labels");
    QTest::newRow("one") << 0.0 << 1.0 << QStringLiteral("0.0 0.5 1.0");
    QTest::newRow("decibels") << -80.0 << -20.0 << QStringLiteral("−80 −60 −40 −20");
    QTest::newRow("nothing") << 1.0 << 1.0 << QString();
}

void PlotPaintingTest::valueMarks()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(QString, labels);
    QStringList seen;
    for (const auto& tick : valueTicks(low, high, 100, 33))
        seen << tick.label;
    QCOMPARE(seen.join(u' '), labels);
}

void PlotPaintingTest::timeMarks_data()
{
    QTest::addColumn<double>("length");
    QTest::addColumn<double>("step");
    QTest::newRow("5 ms") << 0.005 << 0.0005;
    QTest::newRow("a second") << 1.0 << 0.1;
    QTest::newRow("ten seconds") << 10.0 << 1.0;
    QTest::newRow("a minute") << 60.0 << 10.0;
    QTest::newRow("an hour") << 3600.0 << 600.0;
    QTest::newRow("a day") << 86400.0 << 14400.0;
}

void PlotPaintingTest::timeMarks()
{
    QFETCH(double, length);
    QFETCH(double, step);
    QVERIFY(std::abs(timeStep(length, 1000, 100) / step - 1) < 1e-9);
    QCOMPARE(timeText(0.0125, 0.0005, false), QStringLiteral("0.0125"));
    QCOMPARE(timeText(125, 5, true), QStringLiteral("2:05"));
    QCOMPARE(timeText(3725.5, 0.5, true), QStringLiteral("1:02:05.5"));
    QCOMPARE(timeText(59.9999, 1, true), QStringLiteral("1:00"));
}

namespace {

constexpr QRgb kLine = qRgb(0, 0, 200);
constexpr QRgb kClipped = qRgb(200, 0, 0);

QImage paintSamples(const std::vector<float>& samples, QSize size, TimeRange time)
{
    const Waveform waveform(samples);
    const PeakPyramid peaks(waveform);
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintWaveform(painter, {QRectF(QPointF(), QSizeF(size)), time, -1, 1, 1}, waveform, peaks,
                  {QColor(kLine), QColor(kClipped)});
    return image;
}

} // namespace

void PlotPaintingTest::waveformFillsFromLowToHigh()
{
    std::vector<float> samples;
    for (int i = 0; i < 16000; ++i)
        samples.push_back((i % 2 ? 0.5f : -0.25f) * (i < 8000 ? 1.0f : 0.5f));
    const QImage image = paintSamples(samples, {100, 80}, {0, 1});
    for (const int x : {10, 40}) {
        QCOMPARE(image.pixel(x, 40), kLine);
        QCOMPARE(image.pixel(x, 22), kLine);
        QCOMPARE(image.pixel(x, 48), kLine);
        QCOMPARE(image.pixel(x, 17), qRgb(255, 255, 255));
        QCOMPARE(image.pixel(x, 53), qRgb(255, 255, 255));
    }
    QCOMPARE(image.pixel(80, 32), kLine);
    QCOMPARE(image.pixel(80, 27), qRgb(255, 255, 255));
}

void PlotPaintingTest::waveformShowsSingleSamples()
{
    std::vector<float> samples(16000, 0.0f);
    samples[8] = 0.5f;
    // 16 samples on 160 pixels: a dot on each, and a line between.
    const QImage image = paintSamples(samples, {160, 80}, {0, 0.001});
    QCOMPARE(image.pixel(80, 20), kLine);
    QCOMPARE(image.pixel(40, 40), kLine);
    QCOMPARE(image.pixel(80, 60), qRgb(255, 255, 255));
}

void PlotPaintingTest::waveformMarksClipping()
{
    std::vector<float> samples(16000, 0.1f);
    samples[8000] = 1.0f;
    const QImage image = paintSamples(samples, {100, 80}, {0, 1});
    QCOMPARE(image.pixel(50, 20), kClipped);
    // A constant is a line one pixel thick.
    int inked = 0;
    for (int y = 0; y < image.height(); ++y)
        inked += image.pixel(20, y) == kLine;
    QCOMPARE(inked, 1);
}

void PlotPaintingTest::waveformStaysInsideTheFile()
{
    const std::vector<float> samples(160, 0.5f);
    const QImage image = paintSamples(samples, {100, 80}, {-0.01, 0.03});
    QCOMPARE(image.pixel(10, 20), qRgb(255, 255, 255));
    QCOMPARE(image.pixel(90, 20), qRgb(255, 255, 255));
    QVERIFY(!paintSamples({}, {100, 80}, {0, 1}).isNull());
}

void PlotPaintingTest::labelsAreFoundByTime()
{
    const LabelTier tier{"phones", {{0.1, 0.2, "a"}, {0.2, 0.4, "b"}, {0.6, 0.6, "point"}}};
    QVERIFY(!labelAt(tier, 0.05));
    QCOMPARE(labelAt(tier, 0.1)->text, std::string("a"));
    QCOMPARE(labelAt(tier, 0.2)->text, std::string("b"));
    QVERIFY(!labelAt(tier, 0.5));
    QVERIFY(!labelAt({}, 0.5));
    const PlotArea area{QRectF(0, 10, 100, 40), {0, 1}, 0, 1, 1};
    QCOMPARE(tierAt(area, 2, 15).value(), std::size_t(0));
    QCOMPARE(tierAt(area, 2, 45).value(), std::size_t(1));
    QVERIFY(!tierAt(area, 2, 60));
    QVERIFY(!tierAt(area, 0, 20));
}

void PlotPaintingTest::labelsArePainted()
{
    std::vector<LabelTier> tiers{{"words", {{0.2, 0.8, "wide"}}}, {"phones", {}}};
    for (int i = 0; i < 4000; ++i)
        tiers[1].labels.push_back({0.2 + i * 1e-4, 0.2 + (i + 1) * 1e-4, "x"});
    QImage image(200, 40, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    const LabelColors colors{Qt::black, Qt::gray, Qt::blue, Qt::yellow};
    paintLabels(painter, {QRectF(0, 0, 200, 40), {0, 1}, 0, 1, 1}, tiers, QFont(), colors);
    painter.end();
    QCOMPARE(image.pixelColor(10, 10), QColor(Qt::white));
    QCOMPARE(image.pixelColor(50, 10), QColor(Qt::yellow));
    QCOMPARE(image.pixelColor(60, 30), QColor(Qt::gray));
    QCOMPARE(image.pixelColor(150, 30), QColor(Qt::white));
}

QTEST_MAIN(PlotPaintingTest)
#include "tst_plot_painting.moc"
