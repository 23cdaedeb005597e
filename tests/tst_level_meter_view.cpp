#include "widgets/record/level_meter_view.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QImage>
#include <QSignalSpy>
#include <QTest>

using namespace phono;

/// What the meter paints, pixel by pixel, and its clip lamp.
class LevelMeterViewTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void theScaleIsLinearInDecibels_data();
    void theScaleIsLinearInDecibels();
    void theBarEndsAtTheRms_data();
    void theBarEndsAtTheRms();
    void thePeakGoesOnThinner();
    void loudPartsHaveTheirColours();
    void theHighestPeakIsALine();
    void theNoiseFloorIsMarkedWhenKnown();
    void eachChannelHasItsBar();
    void nothingLitWithoutChannels();
    void theLampAsksForAResetOnlyWhenLit();
    void theLampIsResetByKeys();
    void itIsDescribedToScreenReaders();
    void levelsInWords_data();
    void levelsInWords();

private:
    static LevelReading reading(std::vector<LevelReading::Channel> channels)
    {
        LevelReading made;
        made.channels = std::move(channels);
        return made;
    }
    QImage painted() const
    {
        return m_meter->grab().toImage().convertToFormat(QImage::Format_RGB32);
    }
    QColor at(const QImage& image, double decibels, double y) const
    {
        return image.pixelColor(int(m_meter->xOf(decibels)), int(y));
    }
    /// The last column of a row that has the colour of the bar's left end.
    static int barEnd(const QImage& image, int left, int y)
    {
        int x = left;
        while (x + 1 < image.width() && image.pixel(x + 1, y) == image.pixel(left, y))
            ++x;
        return x;
    }

    std::unique_ptr<LevelMeterView> m_meter;
};

void LevelMeterViewTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void LevelMeterViewTest::init()
{
    m_meter = std::make_unique<LevelMeterView>();
    m_meter->setReading(reading({{}}));
    m_meter->resize(900, m_meter->sizeHint().height());
    m_meter->show();
}

void LevelMeterViewTest::cleanup()
{
    m_meter.reset();
}

void LevelMeterViewTest::theScaleIsLinearInDecibels_data()
{
    QTest::addColumn<double>("level");
    QTest::addColumn<double>("part");
    QTest::newRow("the left end is -60") << -60.0 << 0.0;
    QTest::newRow("silence is at the left end") << -120.0 << 0.0;
    QTest::newRow("-30 is in the middle") << -30.0 << 0.5;
    QTest::newRow("full scale is at the right end") << 0.0 << 1.0;
    QTest::newRow("nothing is beyond full scale") << 3.0 << 1.0;
}

void LevelMeterViewTest::theScaleIsLinearInDecibels()
{
    QFETCH(double, level);
    QFETCH(double, part);
    const QRectF bar = m_meter->barRect(0);
    QCOMPARE(m_meter->xOf(level), bar.left() + part * bar.width());
}

void LevelMeterViewTest::theBarEndsAtTheRms_data()
{
    QTest::addColumn<double>("rms");
    for (const double rms : {-50.0, -20.0, -12.5})
        QTest::addRow("at %.1f dBFS", rms) << rms;
}

void LevelMeterViewTest::theBarEndsAtTheRms()
{
    QFETCH(double, rms);
    m_meter->setReading(reading({{rms, rms, LevelReading::kSilence}}));
    const QImage image = painted();
    const QRectF bar = m_meter->barRect(0);
    const int end = barEnd(image, int(bar.left()), int(bar.top()) + 2);
    QVERIFY2(std::abs(end + 1 - m_meter->xOf(rms)) <= 1,
             qPrintable(QStringLiteral("%1 for %2").arg(end + 1).arg(m_meter->xOf(rms))));
}

void LevelMeterViewTest::thePeakGoesOnThinner()
{
    m_meter->setReading(reading({{-40, -20, LevelReading::kSilence}}));
    const QImage image = painted();
    const QRectF bar = m_meter->barRect(0);
    const QColor trough = at(image, -10, bar.center().y());
    QVERIFY(at(image, -30, bar.center().y()) != trough);
    QCOMPARE(at(image, -30, bar.top() + 2), trough);
    QVERIFY(at(image, -30, bar.center().y()) != at(image, -50, bar.center().y()));
    QCOMPARE(at(image, -18, bar.center().y()), trough);
}

void LevelMeterViewTest::loudPartsHaveTheirColours()
{
    const Theme theme = Theme::light();
    m_meter->setReading(reading({{0, 0, LevelReading::kSilence}}));
    const QImage image = painted();
    const double y = m_meter->barRect(0).center().y();
    const QColor quiet = at(image, -30, y);
    QCOMPARE(at(image, -7, y), quiet);
    QCOMPARE(at(image, -4, y), theme.warning);
    QCOMPARE(at(image, -0.5, y), theme.danger);
    // Not by hue alone: the parts are set apart.
    const QColor gap = image.pixelColor(int(std::round(m_meter->xOf(-6))), int(y));
    QVERIFY(gap != quiet && gap != theme.warning);
}

void LevelMeterViewTest::theHighestPeakIsALine()
{
    m_meter->setReading(reading({{-40, -30, -10}}));
    const QImage image = painted();
    const QRectF bar = m_meter->barRect(0);
    const int x = int(std::round(m_meter->xOf(-10)));
    for (const double y : {bar.top() + 1, bar.center().y(), bar.bottom() - 2})
        QCOMPARE(image.pixelColor(x, int(y)), Theme::light().text);
    QVERIFY(image.pixelColor(x + 3, int(bar.center().y())) != Theme::light().text);
}

void LevelMeterViewTest::theNoiseFloorIsMarkedWhenKnown()
{
    LevelReading with = reading({{-40, -30, -10}});
    const QImage without = painted();
    m_meter->setReading(with);
    const QImage before = painted();
    with.noiseFloor = -52;
    m_meter->setReading(with);
    const QImage after = painted();
    const int x = int(m_meter->xOf(-52));
    const int y = int(m_meter->barRect(0).bottom()) + 5;
    QVERIFY(after.pixelColor(x, y) != before.pixelColor(x, y));
    QCOMPARE(after.pixelColor(x + 20, y), before.pixelColor(x + 20, y));
}

void LevelMeterViewTest::eachChannelHasItsBar()
{
    const int low = m_meter->sizeHint().height();
    m_meter->setReading(
        reading({{-20, -20, LevelReading::kSilence}, {-40, -40, LevelReading::kSilence}}));
    QVERIFY(m_meter->sizeHint().height() > low);
    m_meter->resize(900, m_meter->sizeHint().height());
    const QImage image = painted();
    for (const auto& [channel, level] : {std::pair(0, -20.0), std::pair(1, -40.0)}) {
        const QRectF bar = m_meter->barRect(channel);
        const int end = barEnd(image, int(bar.left()), int(bar.top()) + 2);
        QVERIFY(std::abs(end + 1 - m_meter->xOf(level)) <= 1);
    }
    m_meter->setReading(reading(std::vector<LevelReading::Channel>(8)));
    m_meter->resize(900, m_meter->sizeHint().height());
    QVERIFY(m_meter->barRect(7).bottom() < m_meter->height());
}

void LevelMeterViewTest::nothingLitWithoutChannels()
{
    m_meter->setReading({});
    QVERIFY(!m_meter->active());
    const QImage image = painted();
    const QRectF bar = m_meter->barRect(0);
    for (const double level : {-59.0, -30.0, -4.0, -0.5})
        QCOMPARE(at(image, level, bar.center().y()), Theme::light().grid);
}

void LevelMeterViewTest::theLampAsksForAResetOnlyWhenLit()
{
    QSignalSpy resets(m_meter.get(), &LevelMeterView::clipResetRequested);
    const QPoint lamp = m_meter->clipRect().center();
    QTest::mouseClick(m_meter.get(), Qt::LeftButton, {}, lamp);
    QCOMPARE(resets.count(), 0);
    LevelReading clipped = reading({{-1, 0, 0}});
    clipped.clipped = true;
    m_meter->setReading(clipped);
    const QPoint corner = m_meter->clipRect().topLeft() + QPoint(6, 4);
    QCOMPARE(painted().pixelColor(corner), Theme::light().danger);
    QTest::mouseClick(m_meter.get(), Qt::LeftButton, {}, QPoint(40, 10));
    QCOMPARE(resets.count(), 0);
    QTest::mouseClick(m_meter.get(), Qt::LeftButton, {}, lamp);
    QCOMPARE(resets.count(), 1);
    // It stays lit until it is told otherwise.
    QCOMPARE(painted().pixelColor(corner), Theme::light().danger);
    m_meter->setReading(reading({{-1, 0, 0}}));
    QVERIFY(painted().pixelColor(corner) != Theme::light().danger);
}

void LevelMeterViewTest::theLampIsResetByKeys()
{
    QSignalSpy resets(m_meter.get(), &LevelMeterView::clipResetRequested);
    LevelReading clipped = reading({{-1, 0, 0}});
    clipped.clipped = true;
    m_meter->setReading(clipped);
    QTest::keyClick(m_meter.get(), Qt::Key_Space);
    QCOMPARE(resets.count(), 1);
}

void LevelMeterViewTest::itIsDescribedToScreenReaders()
{
    LevelReading clipped = reading({{-18.4, -13, -12.3}});
    clipped.clipped = true;
    m_meter->setReading(clipped);
    QCOMPARE(m_meter->accessibleDescription(),
             QStringLiteral("peak −12.3 dBFS, RMS −18.4 dBFS; clipped"));
    m_meter->setReading({});
    QVERIFY(!m_meter->accessibleDescription().contains(QStringLiteral("dBFS")));
}

void LevelMeterViewTest::levelsInWords_data()
{
    QTest::addColumn<double>("level");
    QTest::addColumn<QString>("words");
    QTest::newRow("with a true minus sign") << -12.34 << QStringLiteral("−12.3 dBFS");
    QTest::newRow("full scale") << 0.0 << QStringLiteral("0.0 dBFS");
    QTest::newRow("silence") << -120.0 << QStringLiteral("−∞ dBFS");
}

void LevelMeterViewTest::levelsInWords()
{
    QFETCH(double, level);
    QTEST(decibelText(level), "words");
}

QTEST_MAIN(LevelMeterViewTest)
#include "tst_level_meter_view.moc"
