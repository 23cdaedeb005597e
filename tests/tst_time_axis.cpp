#include "widgets/time_axis.h"

#include <QSignalSpy>
#include <QTest>

#include <limits>

using namespace phono;

/// The shared view of time: clamping, zooming about a point, and signals only for real changes.
class TimeAxisTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void durationShowsEverything();
    void correctionsKeepWhatIsInside_data();
    void correctionsKeepWhatIsInside();
    void viewIsClamped_data();
    void viewIsClamped();
    void zoomKeepsThePlace();
    void zoomStopsAtTheClosestLook();
    void selectionIsOrderedAndCut();
    void revealScrollsAsLittleAsNeeded();
    void revealTurnsThePageForThePlayHead();
    void signalsOnlyRealChanges();
    void oddNumbersChangeNothing();
};

void TimeAxisTest::durationShowsEverything()
{
    TimeAxis axis;
    axis.setDuration(10);
    axis.setCursor(3);
    axis.setSelection(TimeRange{1, 2});
    axis.setPlayHead(4);
    axis.setVisible({2, 3});
    axis.setDuration(20);
    QCOMPARE(axis.visible(), (TimeRange{0, 20}));
    QVERIFY(!axis.cursor() && !axis.selection() && !axis.playHead());
}

void TimeAxisTest::correctionsKeepWhatIsInside_data()
{
    QTest::addColumn<double>("start");
    QTest::addColumn<double>("end");
    QTest::addColumn<double>("duration");
    QTest::addColumn<double>("seenStart");
    QTest::addColumn<double>("seenEnd");
    QTest::newRow("longer, everything in view") << 0.0 << 10.0 << 20.0 << 0.0 << 20.0;
    QTest::newRow("shorter, everything in view") << 0.0 << 10.0 << 5.0 << 0.0 << 5.0;
    QTest::newRow("longer, a part in view") << 2.0 << 4.0 << 20.0 << 2.0 << 4.0;
    QTest::newRow("shorter, a part in view that is there") << 2.0 << 4.0 << 5.0 << 2.0 << 4.0;
    QTest::newRow("shorter, a part in view that is not") << 6.0 << 8.0 << 5.0 << 3.0 << 5.0;
}

void TimeAxisTest::correctionsKeepWhatIsInside()
{
    QFETCH(double, start);
    QFETCH(double, end);
    QFETCH(double, duration);
    QFETCH(double, seenStart);
    QFETCH(double, seenEnd);
    TimeAxis axis;
    axis.setDuration(10);
    axis.setVisible({start, end});
    axis.setCursor(3);
    axis.setSelection(TimeRange{4, 9});
    axis.setPlayHead(8);
    QSignalSpy durations(&axis, &TimeAxis::durationChanged);
    axis.correctDuration(duration);
    axis.correctDuration(duration);
    QCOMPARE(durations.size(), 1);
    QCOMPARE(axis.duration(), duration);
    QCOMPARE(axis.visible(), (TimeRange{seenStart, seenEnd}));
    QCOMPARE(axis.cursor(), std::optional<double>(3));
    QCOMPARE(axis.selection(), std::optional(TimeRange{4, std::min(9.0, duration)}));
    QCOMPARE(axis.playHead(), std::optional<double>(std::min(8.0, duration)));
}

void TimeAxisTest::viewIsClamped_data()
{
    QTest::addColumn<double>("start");
    QTest::addColumn<double>("end");
    QTest::addColumn<double>("seenStart");
    QTest::addColumn<double>("seenEnd");
    QTest::newRow("a stretch inside stays") << 2.0 << 4.0 << 2.0 << 4.0;
    QTest::newRow("before the start moves right and keeps its length") << -1.0 << 2.0 << 0.0 << 3.0;
    QTest::newRow("past the end moves left and keeps its length") << 8.0 << 11.0 << 7.0 << 10.0;
    QTest::newRow("longer than the file shows all") << -5.0 << 50.0 << 0.0 << 10.0;
    QTest::newRow("reversed is put in order") << 4.0 << 2.0 << 2.0 << 4.0;
    QTest::newRow("too short grows about its middle") << 5.0 << 5.0 << 4.9975 << 5.0025;
}

void TimeAxisTest::viewIsClamped()
{
    QFETCH(double, start);
    QFETCH(double, end);
    QFETCH(double, seenStart);
    QFETCH(double, seenEnd);
    TimeAxis axis;
    axis.setDuration(10);
    axis.setVisible({start, end});
    QVERIFY2(std::abs(axis.visible().start - seenStart) < 1e-12, "start");
    QVERIFY2(std::abs(axis.visible().end - seenEnd) < 1e-12, "end");
}

void TimeAxisTest::zoomKeepsThePlace()
{
    TimeAxis axis;
    axis.setDuration(100);
    axis.setVisible({20, 40});
    axis.zoom(2, 25);
    // 25 s lay a quarter into the view, and still does.
    QCOMPARE(axis.visible().length(), 10.0);
    QCOMPARE(axis.visible().start, 22.5);
    axis.zoom(0.5, 25);
    QCOMPARE(axis.visible(), (TimeRange{20, 40}));
}

void TimeAxisTest::zoomStopsAtTheClosestLook()
{
    TimeAxis axis;
    axis.setDuration(3600);
    axis.zoom(1e12, 1800);
    QVERIFY(std::abs(axis.visible().length() - TimeAxis::kShortestView) < 1e-9);
    QVERIFY(axis.visible().start <= 1800 && axis.visible().end >= 1800);
    axis.zoom(1e-12, 1800);
    QCOMPARE(axis.visible(), (TimeRange{0, 3600}));
}

void TimeAxisTest::selectionIsOrderedAndCut()
{
    TimeAxis axis;
    axis.setDuration(10);
    axis.setSelection(TimeRange{12, 4});
    QCOMPARE(axis.selection().value(), (TimeRange{4, 10}));
    axis.zoomToSelection();
    QCOMPARE(axis.visible(), (TimeRange{4, 10}));
    axis.setSelection(TimeRange{11, 12});
    QVERIFY2(!axis.selection(), "nothing of it lies inside");
    axis.setSelection(TimeRange{3, 3});
    QVERIFY2(!axis.selection(), "an empty selection is none");
}

void TimeAxisTest::revealScrollsAsLittleAsNeeded()
{
    TimeAxis axis;
    axis.setDuration(100);
    axis.setVisible({20, 30});
    axis.reveal(25);
    QCOMPARE(axis.visible(), (TimeRange{20, 30}));
    axis.reveal(31);
    QCOMPARE(axis.visible(), (TimeRange{21, 31}));
    axis.reveal(5);
    QCOMPARE(axis.visible(), (TimeRange{5, 15}));
}

void TimeAxisTest::revealTurnsThePageForThePlayHead()
{
    TimeAxis axis;
    axis.setDuration(100);
    axis.setVisible({20, 30});
    axis.setPlayHead(30.5);
    axis.reveal(30.5);
    QCOMPARE(axis.visible(), (TimeRange{30.5, 40.5}));
}

void TimeAxisTest::signalsOnlyRealChanges()
{
    TimeAxis axis;
    axis.setDuration(10);
    QSignalSpy visible(&axis, &TimeAxis::visibleChanged);
    QSignalSpy cursor(&axis, &TimeAxis::cursorChanged);
    QSignalSpy selection(&axis, &TimeAxis::selectionChanged);
    QSignalSpy loop(&axis, &TimeAxis::loopChanged);
    axis.setVisible({-5, 20});
    axis.scroll(1);
    axis.setCursor(4);
    axis.setCursor(4);
    axis.setSelection(TimeRange{2, 1});
    axis.setSelection(TimeRange{1, 2});
    axis.setLoop(false);
    QCOMPARE(visible.count(), 0);
    QCOMPARE(cursor.count(), 1);
    QCOMPARE(selection.count(), 1);
    QCOMPARE(loop.count(), 0);
}

void TimeAxisTest::oddNumbersChangeNothing()
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    TimeAxis axis;
    axis.setDuration(10);
    axis.setVisible({2, 4});
    axis.zoom(0, 3);
    axis.zoom(-1, 3);
    axis.zoom(nan, 3);
    axis.zoom(2, infinite);
    axis.reveal(nan);
    QCOMPARE(axis.visible(), (TimeRange{2, 4}));
    axis.setCursor(nan);
    QVERIFY(!axis.cursor());
    axis.setVisible({nan, nan});
    QVERIFY(axis.visible().length() > 0 && axis.visible().length() <= 10);
    axis.setDuration(nan);
    QCOMPARE(axis.duration(), 0.0);
}

QTEST_APPLESS_MAIN(TimeAxisTest)
#include "tst_time_axis.moc"
