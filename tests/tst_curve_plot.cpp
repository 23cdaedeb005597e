#include "widgets/curves/curve_columns.h"
#include "widgets/curves/curve_grid.h"
#include "widgets/curves/curve_ink.h"
#include "widgets/curves/curve_smoother.h"
#include "widgets/curves/curve_ticks.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QBuffer>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>
#include <limits>

using namespace phono;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A run of one curve: values at updates 1, 2, …
struct Run {
    std::shared_ptr<CurveKeys> keys = std::make_shared<CurveKeys>();
    std::shared_ptr<CurveSeries> series = std::make_shared<CurveSeries>();
    std::vector<float> values;

    explicit Run(std::size_t size = 0)
    {
        series->keys = keys;
        for (std::size_t i = 0; i < size; ++i)
            add(float(10 * std::exp(-double(i) / 300) + 1 + 0.2 * std::sin(double(i))));
        follow();
    }
    void add(float value)
    {
        const auto update = double(values.size() + 1);
        keys->append({update, update / 100, update * 0.5, 1.7e9 + update * 0.5});
        values.push_back(value);
    }
    void follow() { series->values.follow(values); }
    std::span<const double> updates() const { return keys->on(CurveAxis::Update); }
    SmoothedCurve by(CurveSmoother& smoother) const
    {
        smoother.follow(series->values, updates());
        return {smoother, series->values, updates()};
    }
    CurveEntry entry(int style = 0) const
    {
        return {QStringLiteral("run"), series, CurveStyle::numbered(style, false), false, {}};
    }
};

} // namespace

/// Curves: their numbers, where they fall on pixels, and the grid by mouse and keys.
class CurvePlotTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, Theme::light()); }
    void init();
    void cleanup() { m_grid.reset(); }

    void extremesAreThoseOfEveryStretch();
    void valuesThatAreNotFiniteDoNotCount();
    void keysNeverGoBack();
    void smoothingHasNoBiasAtTheBeginning();
    void smoothingCountsUpdatesNotPoints();
    void smoothingLeavesGaps();
    void smoothingIsThatOfEveryPoint_data();
    void smoothingIsThatOfEveryPoint();
    void smoothingGrowsAsIfMadeAtOnce();
    void longCurvesAreSmoothedPieceByPiece();
    void aNewSpanStartsOver();
    void everyValueIsInAColumn();
    void appendedPointsMakeOnlyNewColumns();
    void anotherValueRangeMakesNoColumns();
    void gapsAreNotPaintedOver();
    void lineCoversItsPixels();
    void ticksAreRound_data();
    void ticksAreRound();
    void wheelZoomsAtThePointer();
    void rubberBandZoomsAllPlots();
    void doubleClickShowsEverything();
    void appendedPointsLeaveTheViewOfEverything();
    void viewAtTheEndGoesAlong();
    void viewElsewhereStays();
    void aViewOfNothingShowsEverything();
    void scrollingStopsAtTheEnds_data();
    void scrollingStopsAtTheEnds();
    void logAxisBeginsAboveZero();
    void anotherAxisShowsEverything();
    void logarithmicValuesForgetAChosenRange();
    void clocksThatWentWrongAreHarmless();
    void readingsAreOfEachRun();
    void hiddenPlotsGiveTheirRoom();
    void settingsGoThereAndBack();
    void damagedSettingsAreHarmless();
    void picturesAndPdf();

private:
    void show(const std::vector<CurveEntry>& entries);
    QPoint pointAt(double part) const;
    void drag(QPoint from, QPoint to);

    std::unique_ptr<CurveGrid> m_grid;
};

void CurvePlotTest::init()
{
    CurvePlot loss;
    loss.id = loss.title = QStringLiteral("loss");
    loss.large = loss.smoothed = loss.decades = true;
    loss.legend = CurvePlot::Legend::Lines;
    CurvePlot lr;
    lr.id = lr.title = QStringLiteral("lr");
    m_grid = std::make_unique<CurveGrid>(std::vector{loss, lr});
    m_grid->resize(900, 600);
    m_grid->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
}

void CurvePlotTest::show(const std::vector<CurveEntry>& entries)
{
    for (const char* id : {"loss", "lr"})
        m_grid->setEntries(QLatin1String(id), entries);
    for (int i = 0; i < 3; ++i)
        QCoreApplication::processEvents();
}

QPoint CurvePlotTest::pointAt(double part) const
{
    const QRect plot = m_grid->pane(QStringLiteral("loss"))->plotRect();
    return {plot.left() + int(part * plot.width()), plot.center().y()};
}

void CurvePlotTest::drag(QPoint from, QPoint to)
{
    auto* plot = m_grid->findChild<QWidget*>();
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    QTest::mouseMove(plot, (from + to) / 2);
    QTest::mouseMove(plot, to);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, to);
}

void CurvePlotTest::extremesAreThoseOfEveryStretch()
{
    const Run run(500);
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 500},
                                      {0, 1},
                                      {31, 33},
                                      {32, 64},
                                      {7, 450},
                                      {499, 500}}) {
        const auto from = run.values.begin();
        const auto [low, high] =
            std::minmax_element(from + std::ptrdiff_t(first), from + std::ptrdiff_t(last));
        const Extremes found = run.series->values.extremes(first, last);
        QCOMPARE(found.low, *low);
        QCOMPARE(found.high, *high);
    }
    QVERIFY(run.series->values.extremes(5, 5).empty());
}

void CurvePlotTest::valuesThatAreNotFiniteDoNotCount()
{
    Run run;
    for (const float value : {kNaN, 2.0F, std::numeric_limits<float>::infinity(), 1.0F})
        run.add(value);
    run.follow();
    QCOMPARE(run.series->values.extremes(0, 4).low, 1.0F);
    QCOMPARE(run.series->values.extremes(0, 4).high, 2.0F);
    QVERIFY(run.series->values.extremes(0, 1).empty());
    QVERIFY(run.series->values.extremes(2, 3).empty());
}

void CurvePlotTest::keysNeverGoBack()
{
    CurveKeys keys;
    keys.append({1, 0, 0, 100});
    keys.append({2, 1, 1, 90});
    keys.append({3, 2, 2, double(kNaN)});
    const auto wall = keys.on(CurveAxis::Wall);
    QCOMPARE(wall[1], 100.0);
    QCOMPARE(wall[2], 100.0);
    QCOMPARE(keys.on(CurveAxis::Update)[2], 3.0);
}

void CurvePlotTest::smoothingHasNoBiasAtTheBeginning()
{
    Run run;
    for (int i = 0; i < 50; ++i)
        run.add(7);
    run.follow();
    CurveSmoother smoother;
    smoother.setSpan(20);
    for (const float value : run.by(smoother).between(0, 50))
        QVERIFY(std::abs(value - 7) < 1e-5F);
}

void CurvePlotTest::smoothingCountsUpdatesNotPoints()
{
    // The mean of two points that lie 10 updates apart.
    CurveKeys keys;
    keys.append({10, 0, 0, 0});
    keys.append({20, 0, 0, 0});
    const std::vector<float> values = {4, 1};
    CurveValues curve;
    curve.follow(values);
    CurveSmoother smoother;
    smoother.setSpan(10);
    smoother.follow(curve, keys.on(CurveAxis::Update));
    const double decay = std::exp(-1.0);
    const float mean = smoother.at(1, curve, keys.on(CurveAxis::Update));
    QVERIFY(std::abs(double(mean) - (4 * decay + 1) / (decay + 1)) < 1e-6);
}

void CurvePlotTest::smoothingLeavesGaps()
{
    Run run;
    for (const float value : {1.0F, kNaN, 1.0F})
        run.add(value);
    run.follow();
    CurveSmoother smoother;
    smoother.setSpan(5);
    QVERIFY(std::isnan(run.by(smoother)[1]));
    QCOMPARE(run.by(smoother)[2], 1.0F);
}

void CurvePlotTest::smoothingIsThatOfEveryPoint_data()
{
    QTest::addColumn<int>("step");
    QTest::addColumn<int>("otherEvery");
    QTest::addColumn<int>("gapEvery");
    QTest::addColumn<double>("span");
    QTest::newRow("every update is logged") << 1 << 0 << 0 << 50.0;
    QTest::newRow("every tenth update is logged") << 10 << 0 << 0 << 50.0;
    QTest::newRow("the distance changes now and then") << 1 << 70 << 0 << 20.0;
    QTest::newRow("values that are not finite") << 1 << 0 << 90 << 20.0;
    QTest::newRow("a short span") << 1 << 0 << 0 << 2.0;
    QTest::newRow("a long span") << 1 << 0 << 0 << 5000.0;
    QTest::newRow("none") << 1 << 70 << 90 << 0.0;
}

void CurvePlotTest::smoothingIsThatOfEveryPoint()
{
    QFETCH(int, step);
    QFETCH(int, otherEvery);
    QFETCH(int, gapEvery);
    QFETCH(double, span);
    Run run;
    double update = 0;
    for (int i = 0; i < 500; ++i) {
        update += otherEvery > 0 && i % otherEvery == otherEvery - 1 ? step + 3 : step;
        run.keys->append({update, 0, 0, 0});
        const bool gap = gapEvery > 0 && i % gapEvery == gapEvery - 1;
        run.values.push_back(gap ? (i % 2 ? kNaN : std::numeric_limits<float>::infinity())
                                 : float(3 + std::sin(0.7 * i)));
    }
    run.follow();
    CurveSmoother smoother;
    smoother.setSpan(span);
    const SmoothedCurve smoothed = run.by(smoother);
    const auto all = smoothed.between(0, 500);
    QCOMPARE(all.size(), std::size_t(500));
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < 500; ++i) {
        const double decay =
            i > 0 && span > 0 ? std::exp(-(run.updates()[i] - run.updates()[i - 1]) / span) : 0;
        sum *= decay;
        weight *= decay;
        if (std::isfinite(run.values[i])) {
            sum += double(run.values[i]);
            ++weight;
            QVERIFY2(std::abs(double(smoothed[i]) - sum / weight) < 1e-5,
                     qPrintable(QString::number(i)));
            QVERIFY(std::abs(all[i] - smoothed[i]) < 1e-5F);
        } else {
            QVERIFY(!std::isfinite(smoothed[i]));
        }
    }
    const auto some = smoothed.between(77, 200);
    QCOMPARE(some.size(), std::size_t(123));
    QVERIFY(std::abs(some[0] - smoothed[77]) < 1e-5F);
}

void CurvePlotTest::smoothingGrowsAsIfMadeAtOnce()
{
    Run run(200), same(200);
    CurveSmoother grown, whole;
    for (auto* one : {&grown, &whole})
        one->setSpan(30);
    run.by(grown);
    for (int i = 0; i < 100; ++i) {
        run.add(float(i));
        run.follow();
        run.by(grown);
    }
    QCOMPARE(run.by(whole).between(0, 300).size(), std::size_t(300));
    QCOMPARE(run.by(grown).between(0, 300), run.by(whole).between(0, 300));
}

void CurvePlotTest::longCurvesAreSmoothedPieceByPiece()
{
    // More points than are smoothed at once.
    Run run(3000000);
    show({run.entry()});
    CurvePane* pane = m_grid->pane(QStringLiteral("loss"));
    const double before = pane->readingsAt(1000)[0].smoothed;
    CurveSettings settings = m_grid->settings();
    settings.smoothing = 500;
    m_grid->setSettings(settings);
    QCOMPARE(pane->readingsAt(1000)[0].smoothed, before); // nobody waits
    QTRY_VERIFY(m_grid->smoothing());
    // What comes meanwhile belongs to it, and what is asked for last counts.
    settings.smoothing = 20;
    m_grid->setSettings(settings);
    run.add(1);
    run.follow();
    m_grid->refresh();
    QTRY_VERIFY(!m_grid->smoothing());
    CurveSmoother fresh;
    fresh.setSpan(20);
    const SmoothedCurve wanted = run.by(fresh);
    for (const std::size_t at : {999, 2'999'999, 3'000'000})
        QCOMPARE(float(pane->readingsAt(double(at + 1))[0].smoothed), wanted[at]);
    // A picture for others has the lines that are wanted.
    settings.smoothing = 500;
    m_grid->setSettings(settings);
    m_grid->render({400, 300}, 1);
    fresh.setSpan(500);
    QCOMPARE(float(pane->readingsAt(1000)[0].smoothed), run.by(fresh)[999]);
}

void CurvePlotTest::aNewSpanStartsOver()
{
    const Run run(300);
    CurveSmoother changed, fresh;
    changed.setSpan(100);
    run.by(changed);
    changed.setSpan(10);
    fresh.setSpan(10);
    QCOMPARE(run.by(changed).between(0, 300), run.by(fresh).between(0, 300));
}

void CurvePlotTest::everyValueIsInAColumn()
{
    Run run(10000);
    run.values[4321] = 99; // a single spike must not be lost
    run.series->values.truncate(0);
    run.follow();
    CurveColumns columns;
    CurveSmoother none;
    columns.place({1, 10000, false}, 300, run.updates(), run.by(none));
    QCOMPARE(columns.columns().size(), std::size_t(300));
    float highest = 0;
    for (const auto& column : columns.columns())
        highest = std::max(highest, column.raw.high);
    QCOMPARE(highest, 99.0F);
    QCOMPARE(columns.columns()[0].x, 0);
    QCOMPARE(columns.columns().back().x, 299);
    QVERIFY(!columns.sparse());
}

void CurvePlotTest::appendedPointsMakeOnlyNewColumns()
{
    Run run(1000), whole(1000);
    const CurveScale scale{1, 2000, false};
    CurveColumns columns;
    CurveSmoother none;
    const auto place = [&] {
        run.follow();
        columns.place(scale, 200, run.updates(), run.by(none));
    };
    place();
    const auto before = columns.columnsMade();
    run.add(50);
    place();
    QVERIFY(columns.columnsMade() - before <= 2);
    CurveColumns fresh;
    fresh.place(scale, 200, run.updates(), run.by(none));
    QCOMPARE(columns.columns().size(), fresh.columns().size());
    QCOMPARE(columns.columns().back().raw.high, 50.0F);
    for (std::size_t i = 0; i < fresh.columns().size(); ++i) {
        QCOMPARE(columns.columns()[i].x, fresh.columns()[i].x);
        QCOMPARE(columns.columns()[i].raw.low, fresh.columns()[i].raw.low);
    }
}

void CurvePlotTest::anotherValueRangeMakesNoColumns()
{
    const Run run(5000);
    show({run.entry()});
    CurvePane* pane = m_grid->pane(QStringLiteral("loss"));
    const auto showRange = [&](double low) {
        pane->setValueRange(CurveScale{low, low + 1, false});
        m_grid->repaintPlots();
        // Labels of another width move the axes once.
        for (int i = 0; i < 3; ++i)
            QCoreApplication::processEvents();
        return pane->columnsMade();
    };
    const auto before = showRange(2);
    QVERIFY(before > 0);
    QCOMPARE(showRange(2.2), before);
    QCOMPARE(pane->area().y.low, 2.2);
}

void CurvePlotTest::gapsAreNotPaintedOver()
{
    Run run;
    for (int i = 0; i < 30; ++i)
        run.add(i > 9 && i < 20 ? kNaN : 5);
    run.follow();
    show({run.entry()});
    const QImage image = m_grid->render(m_grid->size(), 1);
    const CurveArea area = m_grid->pane(QStringLiteral("lr"))->area();
    const QColor colour = CurveStyle::numbered(0, false).color;
    const auto painted = [&](double update) {
        const int x = int(area.xOf(update)), y = int(area.yOf(5));
        for (int dy = -2; dy <= 2; ++dy) {
            if (std::abs(image.pixelColor(x, y + dy).hue() - colour.hue()) < 8)
                return true;
        }
        return false;
    };
    QVERIFY(painted(5));
    QVERIFY(painted(25));
    QVERIFY(!painted(15));
}

void CurvePlotTest::lineCoversItsPixels()
{
    QImage target(40, 20, QImage::Format_ARGB32_Premultiplied), canvas;
    target.fill(Qt::white);
    QPainter painter(&target);
    const CurveArea area{QRectF(0, 0, 40, 20), {0, 1, false}, {0, 1, false}, 1};
    ImageInk ink(painter, area, canvas);
    const std::array flat = {QPointF(2, 10), QPointF(38, 10)};
    ink.line(flat, Qt::black, 2, {});
    const std::array steep = {QPointF(20, -50), QPointF(20, 500)};
    ink.line(steep, Qt::red, 2, {});
    ink.finish();
    painter.end();
    QCOMPARE(target.pixelColor(10, 9), QColor(Qt::black));
    QCOMPARE(target.pixelColor(10, 10), QColor(Qt::black));
    QCOMPARE(target.pixelColor(10, 12), QColor(Qt::white));
    QCOMPARE(target.pixelColor(20, 0), QColor(Qt::red));
    QCOMPARE(target.pixelColor(20, 19), QColor(Qt::red));
}

void CurvePlotTest::ticksAreRound_data()
{
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::addColumn<bool>("log");
    QTest::addColumn<QString>("labels");
    QTest::newRow("updates in thousands") << 0.0 << 400000.0 << false << "0 100k 200k 300k 400k";
    QTest::newRow("millions") << 0.0 << 4e6 << false << "0 1M 2M 3M 4M";
    QTest::newRow("losses") << 2.1 << 6.0 << false << "3 4 5 6";
    QTest::newRow("learning rates") << 0.0 << 0.004 << false << "0 0.001 0.002 0.003 0.004";
    QTest::newRow("decades") << 1.0 << 1000.0 << true << "1 10 100 1000";
    QTest::newRow("nothing") << 3.0 << 3.0 << false << "";
}

void CurvePlotTest::ticksAreRound()
{
    QFETCH(double, low);
    QFETCH(double, high);
    QFETCH(bool, log);
    QFETCH(QString, labels);
    QStringList found;
    for (const AxisTick& tick : curveTicks({low, high, log}, 400, 80))
        found << tick.label;
    QCOMPARE(found.join(QLatin1Char(' ')), labels);
}

void CurvePlotTest::wheelZoomsAtThePointer()
{
    const Run run(1000);
    show({run.entry()});
    auto* plot = m_grid->findChild<QWidget*>();
    const QPoint at = pointAt(0.25);
    const double key = m_grid->pane(QStringLiteral("loss"))->area().keyAt(at.x());
    QWheelEvent wheel(at, plot->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::ControlModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(plot, &wheel);
    QVERIFY(m_grid->zoomed());
    QVERIFY(std::abs(m_grid->scale().length() - 999 * 0.64) < 3);
    QVERIFY(std::abs(m_grid->scale().at(0.25) - key) < 3);
    const double low = m_grid->scale().low;
    QWheelEvent scroll(at, plot->mapToGlobal(at), {}, {0, -120}, Qt::NoButton, {},
                       Qt::NoScrollPhase, false);
    QApplication::sendEvent(plot, &scroll);
    QVERIFY(m_grid->scale().low > low);
}

void CurvePlotTest::rubberBandZoomsAllPlots()
{
    const Run run(1000);
    show({run.entry()});
    drag(pointAt(0.25), pointAt(0.5));
    QCoreApplication::processEvents();
    QVERIFY(m_grid->zoomed());
    QVERIFY(std::abs(m_grid->scale().low - 250) < 5);
    QVERIFY(std::abs(m_grid->scale().high - 500) < 5);
    for (const auto& pane : m_grid->panes())
        QCOMPARE(pane->area().x, m_grid->scale());
    // A drag along one axis leaves the other alone.
    QVERIFY(!m_grid->pane(QStringLiteral("loss"))->valueRangeChosen());
    drag(pointAt(0.2) - QPoint(0, 40), pointAt(0.6) + QPoint(0, 40));
    QVERIFY(m_grid->pane(QStringLiteral("loss"))->valueRangeChosen());
    QVERIFY(!m_grid->pane(QStringLiteral("lr"))->valueRangeChosen());
}

void CurvePlotTest::doubleClickShowsEverything()
{
    const Run run(1000);
    show({run.entry()});
    drag(pointAt(0.2) - QPoint(0, 40), pointAt(0.6) + QPoint(0, 40));
    QVERIFY(m_grid->zoomed());
    QTest::mouseDClick(m_grid->findChild<QWidget*>(), Qt::LeftButton, {}, pointAt(0.5));
    QVERIFY(!m_grid->zoomed());
    QVERIFY(!m_grid->pane(QStringLiteral("loss"))->valueRangeChosen());
}

void CurvePlotTest::appendedPointsLeaveTheViewOfEverything()
{
    Run run(10000);
    show({run.entry()});
    const CurvePane* pane = m_grid->pane(QStringLiteral("loss"));
    const auto before = pane->columnsMade();
    for (int i = 0; i < 10; ++i) {
        run.add(1);
        run.follow();
        m_grid->refresh();
        QCoreApplication::processEvents();
    }
    QVERIFY(m_grid->scale().high >= 10010);
    QVERIFY(pane->columnsMade() - before < 100);
}

void CurvePlotTest::viewAtTheEndGoesAlong()
{
    Run run(1000);
    show({run.entry()});
    m_grid->setView(CurveScale{900, 1000, false});
    for (int i = 0; i < 10; ++i)
        run.add(1);
    run.follow();
    m_grid->refresh();
    QCOMPARE(m_grid->scale().high, 1010.0);
    QCOMPARE(m_grid->scale().low, 910.0);
}

void CurvePlotTest::viewElsewhereStays()
{
    Run run(1000);
    show({run.entry()});
    m_grid->setView(CurveScale{100, 200, false});
    run.add(1);
    run.follow();
    m_grid->refresh();
    QCOMPARE(m_grid->scale().low, 100.0);
    QCOMPARE(m_grid->scale().high, 200.0);
}

void CurvePlotTest::aViewOfNothingShowsEverything()
{
    const Run lengthy(1000), brief(200);
    show({lengthy.entry()});
    m_grid->setView(CurveScale{700, 900, false});
    show({lengthy.entry(), brief.entry()});
    QCOMPARE(m_grid->scale().low, 700.0);
    show({brief.entry()});
    QVERIFY(!m_grid->zoomed());
    QCOMPARE(m_grid->scale().low, 1.0);
}

void CurvePlotTest::scrollingStopsAtTheEnds_data()
{
    QTest::addColumn<bool>("log");
    QTest::addColumn<double>("part");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("to the left") << false << -0.5 << 50.0 << 150.0;
    QTest::newRow("far to the left") << false << -1e6 << 1.0 << 101.0;
    QTest::newRow("far to the right") << false << 1e6 << 900.0 << 1000.0;
    QTest::newRow("to the right, logarithmic") << true << 1.0 << 200.0 << 400.0;
    QTest::newRow("far to the right, logarithmic") << true << 1e6 << 500.0 << 1000.0;
}

void CurvePlotTest::scrollingStopsAtTheEnds()
{
    QFETCH(bool, log);
    QFETCH(double, part);
    QFETCH(double, low);
    QFETCH(double, high);
    const CurveScale all{1, 1000, log};
    CurveWindow view;
    QVERIFY(!view.scroll(part, all)); // everything is in view
    view.show(CurveScale{100, 200, log}, all);
    QVERIFY(view.scroll(part, all));
    QVERIFY(std::abs(view.of(all).low - low) < 1e-6);
    QVERIFY(std::abs(view.of(all).high - high) < 1e-6);
    QVERIFY(view.show(std::nullopt, all) && !view.zoomed());
    // A range beyond what there is does not confuse it.
    view.show(CurveScale{900, 1000, log}, all);
    QVERIFY(!view.scroll(part, {1, 20, log}) || view.of({1, 20, log}).high <= 20);
}

void CurvePlotTest::logAxisBeginsAboveZero()
{
    Run run;
    run.keys->append({0, 0, 0, 0});
    run.values.push_back(9);
    for (int i = 1; i < 100; ++i) {
        run.keys->append({double(i), 0, 0, 0});
        run.values.push_back(3);
    }
    run.follow();
    show({run.entry()});
    CurveSettings settings;
    settings.logX = settings.logY = true;
    m_grid->setSettings(settings);
    QCOMPARE(m_grid->scale().low, 1.0);
    QVERIFY(m_grid->scale().log);
    QCoreApplication::processEvents();
    QVERIFY(m_grid->pane(QStringLiteral("loss"))->area().y.log);
    QVERIFY(!m_grid->pane(QStringLiteral("lr"))->area().y.log);
}

void CurvePlotTest::anotherAxisShowsEverything()
{
    const Run run(1000);
    show({run.entry()});
    m_grid->setView(CurveScale{100, 200, false});
    CurveSettings settings = m_grid->settings();
    settings.axis = CurveAxis::Epoch;
    m_grid->setSettings(settings);
    QVERIFY(!m_grid->zoomed());
    QCOMPARE(m_grid->fullScale().high, 10.0);
    QVERIFY(m_grid->scale().high >= 10 && m_grid->scale().high < 10.1);
}

void CurvePlotTest::logarithmicValuesForgetAChosenRange()
{
    const Run run(1000);
    show({run.entry()});
    CurvePane* pane = m_grid->pane(QStringLiteral("loss"));
    drag(pointAt(0.2) - QPoint(0, 40), pointAt(0.6) + QPoint(0, 40));
    QVERIFY(pane->valueRangeChosen());
    CurveSettings settings = m_grid->settings();
    settings.logY = true;
    m_grid->setSettings(settings);
    QCoreApplication::processEvents();
    QVERIFY(!pane->valueRangeChosen());
    QVERIFY(pane->area().y.log);
}

void CurvePlotTest::clocksThatWentWrongAreHarmless()
{
    for (const double time : {1e300, -1e300, 1e18, double(kNaN)}) {
        QVERIFY(localTime(time).isValid());
        QVERIFY(!axisText(CurveAxis::Wall, time).isEmpty());
    }
    QVERIFY(wallTicks({1e18, 1e18 + 256, false}, 400, 80).size() < 20);
    QVERIFY(wallTicks({-1e300, 1e300, false}, 400, 80).empty());
    QCOMPARE(valueText(1.25e-5), QStringLiteral("1.25e−5"));
    QCOMPARE(valueText(1e300), QStringLiteral("1e300"));
}

void CurvePlotTest::readingsAreOfEachRun()
{
    const Run run(1000), brief(100);
    CurveSettings settings;
    settings.smoothing = 0;
    m_grid->setSettings(settings);
    show({run.entry(), brief.entry(1)});
    const CurvePane* pane = m_grid->pane(QStringLiteral("loss"));
    const auto both = pane->readingsAt(50.7);
    QCOMPARE(both.size(), std::size_t(2));
    QCOMPARE(both[0].key, 50.0);
    QCOMPARE(both[0].value, double(run.values[49]));
    // The shorter one says nothing where it has long ended.
    QCOMPARE(pane->readingsAt(500).size(), std::size_t(1));
    QVERIFY(pane->readingsAt(0.5).empty());
}

void CurvePlotTest::hiddenPlotsGiveTheirRoom()
{
    const Run run(100);
    show({run.entry()});
    const int before = m_grid->pane(QStringLiteral("loss"))->plotRect().height();
    CurveSettings settings = m_grid->settings();
    settings.hidden << QStringLiteral("lr");
    m_grid->setSettings(settings);
    for (int i = 0; i < 3; ++i)
        QCoreApplication::processEvents();
    QVERIFY(!m_grid->isShown(*m_grid->pane(QStringLiteral("lr"))));
    QVERIFY(m_grid->pane(QStringLiteral("loss"))->plotRect().height() > before + 50);
}

void CurvePlotTest::settingsGoThereAndBack()
{
    CurveSettings settings;
    settings.axis = CurveAxis::Wall;
    settings.logY = true;
    settings.smoothing = 200;
    settings.raw = false;
    settings.hidden << QStringLiteral("lr");
    QCOMPARE(CurveSettings::fromJson(settings.toJson()), settings);
}

void CurvePlotTest::damagedSettingsAreHarmless()
{
    for (const char* json : {"", "[]", "{\"axis\": 77, \"smoothing\": -5}", "{\"axis\": \"x\"}"})
        QCOMPARE(CurveSettings::fromJson(json), CurveSettings());
}

void CurvePlotTest::picturesAndPdf()
{
    const Run run(5000);
    const Run other(300);
    show({run.entry(), other.entry(1)});
    const QImage image = m_grid->render({800, 500}, 2);
    QCOMPARE(image.size(), QSize(1600, 1000));
    QBuffer pdf;
    QVERIFY(pdf.open(QIODevice::WriteOnly));
    QVERIFY(m_grid->writePdf(pdf));
    QVERIFY(pdf.data().startsWith("%PDF"));
    QVERIFY(pdf.size() > 5000);
}

QTEST_MAIN(CurvePlotTest)
#include "tst_curve_plot.moc"
