#include "widgets/plot/color_map.h"
#include "widgets/record/live_canvas.h"
#include "widgets/record/live_view.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <numbers>

using namespace phono;

namespace {

constexpr int kRate = 16000;
constexpr double kHop = 0.01;

/// `seconds` of silence with rows of `low`, every frame of `bright` being `high`.
LiveBlock block(double seconds, int channels, float low = 0, float high = 1,
                const std::vector<int>& bright = {})
{
    LiveBlock made;
    made.samples.assign(std::size_t(std::lround(seconds * kRate)), 0.0F);
    const auto frames = int(std::lround(seconds / kHop));
    LiveBlock::Rows rows;
    rows.channels = channels;
    rows.hopSeconds = kHop;
    rows.centreSeconds = kHop / 2;
    rows.values.assign(std::size_t(frames * channels), low);
    for (const int frame : bright)
        std::fill_n(rows.values.begin() + std::ptrdiff_t(frame) * channels, channels, high);
    made.z = rows;
    return made;
}

} // namespace

/// What the live panes paint, and where.
class LiveViewTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void theNewestIsAtTheRightEdge();
    void aFrameLandsWhereItsTimeIs_data();
    void aFrameLandsWhereItsTimeIs();
    void itScrolls();
    void aRingHasNoSeam();
    void blocksOfAnySizePaintTheSame();
    void lateFeaturesKeepTheirTime();
    void whatWasSkippedStaysEmpty();
    void theLowestRowIsAtTheBottom();
    void manyRowsShareAPixelByTheirLargest();
    void limitsComeFromTheData();
    void limitsFollowSlowly();
    void coloursFollowMapAndTheme();
    void aNewSizeKeepsTheData();
    void theWaveformShowsItsExtent();
    void softSoundIsEnlarged();
    void lostSamplesMoveTheRest();
    void timesOfTheTake();
    void aPauseIsNotPartOfTheTake();
    void panesCanBeHidden();
    void withoutACheckpointOneIsOffered();
    void itSaysWhenItDoesNotKeepUp();
    void clearForgetsEverything();
    void uselessBlocksAreHarmless();

private:
    LiveCanvas& canvas() const { return m_view->canvas(); }
    QImage painted() const
    {
        return canvas().grab().toImage().convertToFormat(QImage::Format_RGB32);
    }
    QRect z() const { return canvas().plotRect(LiveCanvas::Z); }
    /// Columns of z's plot that have a colour, relative to its left edge, halfway down.
    std::vector<int> columnsOf(QRgb colour) const
    {
        const QImage image = painted();
        std::vector<int> found;
        for (int x = z().left(); x <= z().right(); ++x) {
            if (image.pixel(x, z().center().y()) == colour)
                found.push_back(x - z().left());
        }
        return found;
    }
    static QRgb brightest() { return colorTable(ColorMap::Magma)[255]; }
    static QRgb darkest() { return colorTable(ColorMap::Magma)[0]; }
    double perSecond() const { return z().width() / LiveCanvas::kSeconds; }

    std::unique_ptr<LiveView> m_view;
};

void LiveViewTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void LiveViewTest::init()
{
    applyTheme(*qApp, Theme::light());
    m_view = std::make_unique<LiveView>();
    m_view->setCheckpoint(QStringLiteral("model"));
    m_view->resize(640, 700);
    m_view->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    QVERIFY(z().width() > 400 && z().height() > 60);
}

void LiveViewTest::cleanup()
{
    m_view.reset();
}

void LiveViewTest::theNewestIsAtTheRightEdge()
{
    m_view->append(block(2, 4, 0, 1, {198, 199}));
    const auto bright = columnsOf(brightest());
    QVERIFY(!bright.empty());
    QVERIFY(z().width() - 1 - bright.back() <= 1);
}

void LiveViewTest::aFrameLandsWhereItsTimeIs_data()
{
    QTest::addColumn<double>("length");
    QTest::addColumn<int>("frame");
    QTest::newRow("before the width is full") << 4.0 << 100;
    QTest::newRow("with the width just full") << 10.0 << 250;
    QTest::newRow("long after") << 37.0 << 3300;
}

void LiveViewTest::aFrameLandsWhereItsTimeIs()
{
    QFETCH(double, length);
    QFETCH(int, frame);
    // Three frames, so that a column falls into them whatever the width.
    m_view->append(block(length, 4, 0, 1, {frame - 1, frame, frame + 1}));
    const auto bright = columnsOf(brightest());
    QVERIFY(!bright.empty());
    const double centre = (bright.front() + bright.back() + 1) / 2.0;
    const double ago = length - (frame + 0.5) * kHop;
    const double expected = z().width() - ago * perSecond();
    QVERIFY2(std::abs(centre - expected) <= 1.5,
             qPrintable(QStringLiteral("%1 for %2").arg(centre).arg(expected)));
}

void LiveViewTest::itScrolls()
{
    m_view->append(block(3, 4, 0, 1, {290, 291, 292}));
    const auto before = columnsOf(brightest());
    m_view->append(block(2, 4));
    const auto after = columnsOf(brightest());
    QVERIFY(!before.empty() && !after.empty());
    QVERIFY(std::abs(before.front() - after.front() - 2 * perSecond()) <= 1);
}

void LiveViewTest::aRingHasNoSeam()
{
    // A slope in time: whatever the turn of the ring, colours only rise to the right.
    LiveBlock slope = block(23, 1);
    for (std::size_t frame = 0; frame < slope.z.values.size(); ++frame)
        slope.z.values[frame] = float(frame);
    m_view->append(slope);
    const QImage image = painted();
    int before = 0;
    const ColorTable& colors = colorTable(ColorMap::Magma);
    for (int x = z().left(); x <= z().right() - 1; ++x) {
        const auto place = std::ranges::find(colors, image.pixel(x, z().center().y()));
        QVERIFY(place != colors.end());
        QVERIFY(int(place - colors.begin()) >= before);
        before = int(place - colors.begin());
    }
    QVERIFY(before > 250);
}

void LiveViewTest::blocksOfAnySizePaintTheSame()
{
    LiveBlock whole = block(12, 7);
    for (std::size_t i = 0; i < whole.z.values.size(); ++i)
        whole.z.values[i] = i * 37 % 97 < 48 ? 0 : 1; // the same limits at any time
    m_view->append(whole);
    // Another size and back: all columns are painted anew.
    const QSize size = m_view->size();
    m_view->resize(size + QSize(40, 20));
    m_view->resize(size);
    const QImage atOnce = painted().copy(z());

    m_view->clear();
    const std::size_t frame = 7;
    for (std::size_t at = 0, step = 1; at < 1200; at += step, step = step % 5 + 1) {
        step = std::min<std::size_t>(step, 1200 - at);
        LiveBlock part;
        part.samples.assign(step * 160, 0.0F);
        part.z = whole.z;
        part.z.values.assign(whole.z.values.begin() + std::ptrdiff_t(at * frame),
                             whole.z.values.begin() + std::ptrdiff_t((at + step) * frame));
        m_view->append(part);
    }
    QCOMPARE(canvas().heat(LiveCanvas::Z).limits(), std::pair(0.0, 1.0));
    QCOMPARE(painted().copy(z()), atOnce);
}

void LiveViewTest::lateFeaturesKeepTheirTime()
{
    LiveBlock late = block(4, 4, 0, 1, {100, 101, 102});
    late.z.values.resize(std::size_t(200 * 4)); // two of four seconds
    m_view->append(late);
    const auto bright = columnsOf(brightest());
    QVERIFY(!bright.empty());
    QVERIFY(std::abs(bright.front() - (z().width() - 3 * perSecond())) <= 1.5);
    // What has not come yet is empty.
    const auto empty = columnsOf(Theme::light().plot.rgb());
    QCOMPARE(empty.back(), z().width() - 1);
}

void LiveViewTest::whatWasSkippedStaysEmpty()
{
    m_view->append(block(2, 4, 0, 1, {0}));
    LiveBlock after = block(2, 4);
    after.skippedSeconds = 1;
    after.z.skippedSeconds = 1;
    m_view->append(after);
    QCOMPARE(canvas().now(), 5.0);
    const auto empty = columnsOf(Theme::light().plot.rgb());
    const auto inGap =
        std::ranges::count_if(empty, [&](int x) { return x >= z().width() - 3.5 * perSecond(); });
    QVERIFY(std::abs(double(inGap) - perSecond()) <= 2);
    QVERIFY(std::ranges::find(empty, int(z().width() - 2.5 * perSecond())) != empty.end());
}

void LiveViewTest::theLowestRowIsAtTheBottom()
{
    LiveBlock rising = block(10, 4);
    for (std::size_t i = 0; i < rising.z.values.size(); ++i)
        rising.z.values[i] = float(i % 4);
    m_view->append(rising);
    const QImage image = painted();
    const int x = z().center().x();
    QCOMPARE(image.pixel(x, z().bottom() - 3), darkest());
    QCOMPARE(image.pixel(x, z().top() + 3), brightest());
}

void LiveViewTest::manyRowsShareAPixelByTheirLargest()
{
    LiveBlock sparse = block(10, 512);
    for (std::size_t i = 0; i < sparse.z.values.size(); i += 512)
        sparse.z.values[i + 256] = 1; // one row of 512
    // So that the upper limit is 1.
    for (std::size_t i = 0; i < sparse.z.values.size() / 20; ++i)
        sparse.z.values[i] = 1;
    m_view->append(sparse);
    const QImage image = painted();
    const int x = z().center().x() + z().width() / 4;
    int bright = 0;
    for (int y = z().top(); y <= z().bottom(); ++y)
        bright += image.pixel(x, y) == brightest() ? 1 : 0;
    QCOMPARE(bright, 1);
}

void LiveViewTest::limitsComeFromTheData()
{
    LiveBlock ramp = block(10, 100);
    for (std::size_t i = 0; i < ramp.z.values.size(); ++i)
        ramp.z.values[i] = float(i % 100);
    m_view->append(ramp);
    const auto [low, high] = canvas().heat(LiveCanvas::Z).limits();
    QVERIFY(low >= 0 && low <= 2);
    QVERIFY(high >= 97 && high <= 99);
}

void LiveViewTest::limitsFollowSlowly()
{
    const LiveHeat& heat = canvas().heat(LiveCanvas::Z);
    m_view->append(block(10, 4, 0, 1, {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
    QCOMPARE(heat.limits(), std::pair(0.0, 1.0));
    m_view->append(block(0.5, 4, 10));
    const double once = heat.limits().second;
    QVERIFY(once > 1 && once < 10);
    for (int i = 0; i < 40; ++i)
        m_view->append(block(0.5, 4, 10));
    QVERIFY(heat.limits().second > 9.5);
}

void LiveViewTest::coloursFollowMapAndTheme()
{
    m_view->append(block(2, 4, 0, 1, {198, 199}));
    m_view->setColors(ColorMap::Viridis);
    QVERIFY(!columnsOf(colorTable(ColorMap::Viridis)[255]).empty());
    QVERIFY(columnsOf(brightest()).empty());
    QVERIFY(!columnsOf(Theme::light().plot.rgb()).empty());
    applyTheme(*qApp, Theme::darkTheme());
    QVERIFY(!columnsOf(Theme::darkTheme().plot.rgb()).empty());
    QVERIFY(columnsOf(Theme::light().plot.rgb()).empty());
}

void LiveViewTest::aNewSizeKeepsTheData()
{
    m_view->append(block(4, 4, 0, 1, {200, 201, 202}));
    m_view->resize(900, 620);
    const auto bright = columnsOf(brightest());
    QVERIFY(!bright.empty());
    QVERIFY(std::abs(bright.front() - (z().width() - 2 * perSecond())) <= 1.5);
}

void LiveViewTest::theWaveformShowsItsExtent()
{
    LiveBlock loud;
    loud.samples.assign(kRate * 4, 0.0F);
    // A second of sound that ends one second ago.
    for (int i = 2 * kRate; i < 3 * kRate; ++i)
        loud.samples[std::size_t(i)] = i % 2 ? 0.75F : -0.25F;
    m_view->append(loud);
    const QImage image = painted();
    const QRect plot = canvas().plotRect(LiveCanvas::Waveform);
    const auto extent = [&](double secondsAgo) {
        const int x = int(plot.left() + plot.width() * (1 - secondsAgo / LiveCanvas::kSeconds));
        int top = plot.bottom();
        int bottom = plot.top();
        for (int y = plot.top(); y <= plot.bottom(); ++y) {
            if (image.pixelColor(x, y) == QColor(0x3A, 0x62, 0xA8)) {
                top = std::min(top, y);
                bottom = std::max(bottom, y);
            }
        }
        return std::pair(top, bottom);
    };
    const auto [top, bottom] = extent(1.5);
    const double middle = plot.top() + plot.height() / 2.0;
    QVERIFY(std::abs(top - (middle - 0.75 * plot.height() / 2)) <= 1.5);
    QVERIFY(std::abs(bottom + 1 - (middle + 0.25 * plot.height() / 2)) <= 1.5);
    const auto [silentTop, silentBottom] = extent(0.5);
    QVERIFY(silentBottom - silentTop <= 1);
}

void LiveViewTest::softSoundIsEnlarged()
{
    LiveWave wave(10);
    wave.setWidth(500);
    const std::vector<float> soft(kRate, 0.06F);
    wave.append(soft);
    QCOMPARE(wave.reach(), 0.125);
    const std::vector<float> loud(kRate / 10, 0.9F);
    wave.append(loud);
    QCOMPARE(wave.reach(), 1.0);
}

void LiveViewTest::lostSamplesMoveTheRest()
{
    LiveBlock first;
    first.samples.assign(kRate, 0.0F);
    m_view->append(first);
    LiveBlock second = first;
    second.skippedSeconds = 0.5;
    m_view->append(second);
    QCOMPARE(canvas().now(), 2.5);
}

void LiveViewTest::timesOfTheTake()
{
    m_view->append(block(5, 4));
    QVERIFY(!canvas().xOfTake(0));
    m_view->setTake(LiveView::Phase::Recording, 2); // with a pre-roll
    QCOMPARE(*canvas().xOfTake(2), double(z().left() + z().width()));
    QVERIFY(std::abs(*canvas().xOfTake(0) - (z().left() + z().width() - 2 * perSecond())) < 1e-6);
    m_view->append(block(1, 4));
    m_view->setTake(LiveView::Phase::Recording, 3.05); // told a little late
    QVERIFY(std::abs(*canvas().xOfTake(3) - (z().left() + z().width())) < 1e-6);
    m_view->setMarkers({{1, "first"}});
    const QImage image = painted();
    const QColor flag = image.pixelColor(int(*canvas().xOfTake(1)) + 2,
                                         canvas().plotRect(LiveCanvas::Waveform).top() + 2);
    QCOMPARE(flag, Theme::light().accent);
    m_view->setTake(LiveView::Phase::Listening, 0);
    QVERIFY(!canvas().xOfTake(1));
}

void LiveViewTest::aPauseIsNotPartOfTheTake()
{
    m_view->append(block(4, 4));
    m_view->setTake(LiveView::Phase::Recording, 4);
    m_view->setTake(LiveView::Phase::Paused, 4);
    QVERIFY(!canvas().xOfTake(4));
    m_view->append(block(3, 4));
    m_view->setTake(LiveView::Phase::Recording, 4);
    QCOMPARE(*canvas().xOfTake(4), double(z().left() + z().width()));
    // A mark of before the pause has no place in what is seen.
    m_view->setMarkers({{3.5, "1"}});
    const QImage with = painted();
    m_view->setMarkers({});
    QCOMPARE(painted(), with);
}

void LiveViewTest::panesCanBeHidden()
{
    m_view->append(block(2, 4, 0, 1, {198, 199}));
    const int before = canvas().plotRect(LiveCanvas::Waveform).height();
    QAction* const action = m_view->paneActions()[1];
    QCOMPARE(action->text(), QStringLiteral("z"));
    action->trigger();
    QVERIFY(z().isEmpty());
    QVERIFY(canvas().plotRect(LiveCanvas::Waveform).height() > before);
    action->trigger();
    QVERIFY(!columnsOf(brightest()).empty());
    const QRect wave = canvas().plotRect(LiveCanvas::Waveform);
    QCOMPARE(z().left(), wave.left());
    QCOMPARE(z().right(), wave.right());
}

void LiveViewTest::withoutACheckpointOneIsOffered()
{
    auto* button = m_view->findChild<QPushButton*>(QStringLiteral("chooseCheckpoint"));
    QVERIFY(!button->isVisible());
    m_view->setCheckpoint({});
    QVERIFY(button->isVisible());
    QVERIFY(canvas().plotRect(LiveCanvas::C).isEmpty());
    QSignalSpy asked(m_view.get(), &LiveView::checkpointRequested);
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
    m_view->paneActions()[1]->trigger();
    m_view->paneActions()[2]->trigger();
    QVERIFY(!button->isVisible());
}

void LiveViewTest::itSaysWhenItDoesNotKeepUp()
{
    auto* note = m_view->findChild<QLabel*>(QStringLiteral("liveNote"));
    LiveBlock one = block(0.1, 4);
    one.behindSeconds = 0.3;
    m_view->append(one);
    QCOMPARE(note->text(), QString());
    one.behindSeconds = 2.34;
    m_view->append(one);
    QCOMPARE(note->text(), QStringLiteral("does not keep up: 2.3 s behind"));
    one.behindSeconds = 0;
    m_view->append(one);
    QCOMPARE(note->text(), QString());
}

void LiveViewTest::clearForgetsEverything()
{
    const QImage before = painted();
    m_view->append(block(12, 4, 0, 1, {1100, 1101}));
    QVERIFY(painted() != before);
    m_view->clear();
    QCOMPARE(canvas().now(), 0.0);
    QCOMPARE(painted(), before);
}

void LiveViewTest::uselessBlocksAreHarmless()
{
    m_view->append({});
    LiveBlock odd = block(1, 4);
    odd.z.values.resize(7); // not whole frames
    odd.z.values[2] = std::nanf("");
    odd.z.values[3] = INFINITY;
    m_view->append(odd);
    odd.z.hopSeconds = 0;
    m_view->append(odd);
    LiveBlock other = block(1, 9); // another model
    m_view->append(other);
    QCOMPARE(canvas().heat(LiveCanvas::Z).channels(), 9);
    LiveBlock gap = block(0.1, 9);
    gap.skippedSeconds = 5000;
    gap.z.skippedSeconds = 5000;
    m_view->append(gap);
    painted();
    m_view->resize(40, 40);
    painted();
    QVERIFY(canvas().now() > 5000);
}

QTEST_MAIN(LiveViewTest)
#include "tst_live_view.moc"
