#include "widgets/record/device_bar.h"
#include "widgets/record/level_meter_view.h"
#include "widgets/record/live_view.h"
#include "widgets/record/record_panel.h"
#include "widgets/record/record_texts.h"
#include "widgets/record/takes_view.h"
#include "widgets/record/themed_label.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPushButton>
#include <QSignalSpy>
#include <QSplitter>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

using namespace phono;
using State = RecorderStatus::State;

/// The panel of recording by mouse and keys, told of a recorder that is not there.
class RecordPanelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void everyStateHasItsWords_data();
    void everyStateHasItsWords();
    void withoutADeviceNothingCanBeRecorded();
    void theButtonRecordsAndStops();
    void keysDoTheSame();
    void aHeldKeyActsOnce();
    void keysAreForTextFieldsThatHaveTheFocus();
    void pauseAndContinue();
    void markersAreNumbered();
    void listeningIsAWish();
    void aLostDeviceIsSaidAndTriedAgain();
    void theMeterShowsLevelsOnlyWhileListening();
    void theClockCountsTheTake();
    void settingsAreFixedDuringATake();
    void lossesAreSaidOnlyWhenThereAreAny();
    void theDiskAndTheFileAreSaid();
    void aReportStaysUntilItIsClosed();
    void theNextTakeClosesTheReport();
    void formatAndPreRollAreChosen();
    void theLayoutComesBack();
    void coloursFollowTheTheme();
    void itFitsSmallWindows_data();
    void itFitsSmallWindows();
    void timesInWords_data();
    void timesInWords();

private:
    static RecorderStatus status(State state)
    {
        RecorderStatus made;
        made.state = state;
        made.device.name = "Microphone";
        made.rate = 48000;
        made.channels = 1;
        made.levels.channels = {{-20, -15, -10}};
        made.file = "/takes/one.wav";
        return made;
    }
    static std::vector<SoundDevice> devices()
    {
        SoundDevice made;
        made.name = "Microphone";
        made.hostApi = "ALSA";
        made.inputChannels = 2;
        made.outputChannels = 2;
        made.defaultRate = 48000;
        made.isDefaultInput = true;
        made.isDefaultOutput = true;
        return {made};
    }
    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_panel->findChild<Widget*>(QLatin1String(name));
    }
    QString text(const char* name) const { return find<QLabel>(name)->text(); }
    bool shown(const char* name) const { return find<QWidget>(name)->isVisible(); }
    void press(const char* name) const
    {
        QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton);
    }

    std::unique_ptr<QMainWindow> m_window;
    RecordPanel* m_panel = nullptr;
};

void RecordPanelTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void RecordPanelTest::init()
{
    m_window = std::make_unique<QMainWindow>();
    m_panel = new RecordPanel;
    m_panel->setDevices(devices());
    m_window->setCentralWidget(m_panel);
    m_window->resize(1000, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void RecordPanelTest::cleanup()
{
    m_window.reset();
}

void RecordPanelTest::everyStateHasItsWords_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* name, State state, const char* words) {
        QTest::newRow(name) << int(state) << QString::fromUtf8(words);
    };
    row("closed", State::Closed, "Not listening");
    row("opening", State::Opening, "Opening the device…");
    row("listening", State::Listening, "Listening");
    row("recording", State::Recording, "Recording");
    row("paused", State::Paused, "Paused");
}

void RecordPanelTest::everyStateHasItsWords()
{
    QFETCH(int, state);
    m_panel->setStatus(status(State(state)));
    QTEST(text("recorderState"), "words");
    if (State(state) == State::Listening)
        QCOMPARE(text("recorderDevice"), QStringLiteral("Microphone, 48 kHz, 1 channel"));
}

void RecordPanelTest::withoutADeviceNothingCanBeRecorded()
{
    m_panel->setDevices({});
    QCOMPARE(text("recorderState"), QStringLiteral("No input device"));
    QVERIFY(text("recorderDevice").contains(QStringLiteral("Look for devices")));
    QVERIFY(!find<QPushButton>("recordButton")->isEnabled());
    QVERIFY(!find<QCheckBox>("listen")->isEnabled());
    QSignalSpy wanted(m_panel, &RecordPanel::recordRequested);
    QTest::keyClick(m_window.get(), Qt::Key_R);
    QCOMPARE(wanted.count(), 0);
    m_panel->setDevices(devices());
    QVERIFY(find<QPushButton>("recordButton")->isEnabled());
}

void RecordPanelTest::theButtonRecordsAndStops()
{
    QSignalSpy record(m_panel, &RecordPanel::recordRequested);
    QSignalSpy stop(m_panel, &RecordPanel::stopRequested);
    QCOMPARE(find<QPushButton>("recordButton")->text(), QStringLiteral("Record"));
    press("recordButton");
    QCOMPARE(record.count(), 1);
    m_panel->setStatus(status(State::Recording));
    QCOMPARE(find<QPushButton>("recordButton")->text(), QStringLiteral("Stop"));
    press("recordButton");
    QCOMPARE(stop.count(), 1);
    QCOMPARE(record.count(), 1);
    m_panel->setStatus(status(State::Listening));
    QCOMPARE(find<QPushButton>("recordButton")->text(), QStringLiteral("Record"));
}

void RecordPanelTest::keysDoTheSame()
{
    QSignalSpy record(m_panel, &RecordPanel::recordRequested);
    QSignalSpy stop(m_panel, &RecordPanel::stopRequested);
    QSignalSpy pause(m_panel, &RecordPanel::pauseRequested);
    QSignalSpy marker(m_panel, &RecordPanel::markerRequested);
    QTest::keyClick(m_window.get(), Qt::Key_P);
    QTest::keyClick(m_window.get(), Qt::Key_M, Qt::ControlModifier);
    QTest::keyClick(m_window.get(), Qt::Key_R);
    QCOMPARE(record.count(), 1);
    QCOMPARE(pause.count() + marker.count(), 0);
    m_panel->setStatus(status(State::Recording));
    QTest::keyClick(m_window.get(), Qt::Key_P);
    QTest::keyClick(m_window.get(), Qt::Key_M, Qt::ControlModifier);
    QTest::keyClick(m_window.get(), Qt::Key_R);
    QCOMPARE(pause.count(), 1);
    QCOMPARE(marker.count(), 1);
    QCOMPARE(stop.count(), 1);
}

void RecordPanelTest::aHeldKeyActsOnce()
{
    for (const QAction* action : m_panel->recordActions())
        QVERIFY(!action->autoRepeat());
}

void RecordPanelTest::keysAreForTextFieldsThatHaveTheFocus()
{
    Take one;
    one.file = "/takes/one.wav";
    one.rate = 48000;
    one.channels = 1;
    m_panel->setTakes({one});
    QSignalSpy record(m_panel, &RecordPanel::recordRequested);
    auto* table = find<QTreeView>("takesTable");
    table->setFocus();
    table->setCurrentIndex(table->model()->index(0, 0));
    QTest::keyClick(table, Qt::Key_F2);
    auto* editor = table->findChild<QLineEdit*>();
    QVERIFY(editor);
    QTest::keyClicks(editor, QStringLiteral("rap"));
    QCOMPARE(editor->text(), QStringLiteral("rap"));
    QCOMPARE(record.count(), 0);
    QTest::keyClick(editor, Qt::Key_Escape);
    QTest::keyClick(table, Qt::Key_R);
    QCOMPARE(record.count(), 1);
}

void RecordPanelTest::pauseAndContinue()
{
    QSignalSpy pause(m_panel, &RecordPanel::pauseRequested);
    QAction* const action = m_panel->recordActions()[1];
    QVERIFY(!action->isEnabled());
    m_panel->setStatus(status(State::Recording));
    QCOMPARE(action->text(), QStringLiteral("Pause"));
    action->trigger();
    m_panel->setStatus(status(State::Paused));
    QCOMPARE(action->text(), QStringLiteral("Continue"));
    action->trigger();
    QCOMPARE(pause.count(), 2);
    QCOMPARE(pause[0][0].toBool(), true);
    QCOMPARE(pause[1][0].toBool(), false);
}

void RecordPanelTest::markersAreNumbered()
{
    QSignalSpy marker(m_panel, &RecordPanel::markerRequested);
    QAction* const action = m_panel->recordActions()[2];
    auto now = status(State::Recording);
    m_panel->setStatus(now);
    QCOMPARE(text("markers"), QString());
    action->trigger();
    QCOMPARE(marker[0][0].toString(), QStringLiteral("1"));
    now.markers = {{1.2, "1"}, {63.45, "2"}};
    m_panel->setStatus(now);
    QCOMPARE(text("markers"), QStringLiteral("2 markers, the last at 00:01:03.4"));
    action->trigger();
    QCOMPARE(marker[1][0].toString(), QStringLiteral("3"));
    m_panel->setStatus(status(State::Paused));
    QVERIFY(!action->isEnabled());
}

void RecordPanelTest::listeningIsAWish()
{
    QSignalSpy listen(m_panel, &RecordPanel::listenRequested);
    auto* box = find<QCheckBox>("listen");
    m_panel->setListening(true);
    QVERIFY(box->isChecked());
    QCOMPARE(listen.count(), 0);
    QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    QCOMPARE(listen.count(), 1);
    QCOMPARE(listen[0][0].toBool(), false);
    QVERIFY(!m_panel->listening());
    QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    QCOMPARE(listen[1][0].toBool(), true);
    QVERIFY(m_panel->listening());
}

void RecordPanelTest::aLostDeviceIsSaidAndTriedAgain()
{
    QSignalSpy listen(m_panel, &RecordPanel::listenRequested);
    m_panel->setStatus(status(State::Listening));
    m_panel->setStatus({});
    m_panel->setDeviceError(QStringLiteral("The device is gone."));
    QCOMPARE(text("recorderState"), QStringLiteral("Device lost"));
    QVERIFY(shown("problem"));
    QCOMPARE(text("problem"), QStringLiteral("The device is gone."));
    press("tryAgain");
    QCOMPARE(listen.count(), 1);
    QCOMPARE(listen[0][0].toBool(), true);
    m_panel->setStatus(status(State::Opening));
    m_panel->setStatus({});
    m_panel->setDeviceError(QStringLiteral("The device is busy."));
    QCOMPARE(text("recorderState"), QStringLiteral("Device not opened"));
    m_panel->setStatus(status(State::Listening));
    QVERIFY(!shown("problem"));
    QVERIFY(!shown("tryAgain"));
}

void RecordPanelTest::theMeterShowsLevelsOnlyWhileListening()
{
    QVERIFY(!m_panel->meter().active());
    for (const State state : {State::Listening, State::Recording, State::Paused}) {
        m_panel->setStatus(status(state));
        QVERIFY(m_panel->meter().active());
    }
    m_panel->setStatus(status(State::Opening));
    QVERIFY(!m_panel->meter().active());
    QSignalSpy resets(m_panel, &RecordPanel::clipResetRequested);
    auto clipped = status(State::Listening);
    clipped.levels.clipped = true;
    m_panel->setStatus(clipped);
    QTest::mouseClick(&m_panel->meter(), Qt::LeftButton, {}, m_panel->meter().clipRect().center());
    QCOMPARE(resets.count(), 1);
}

void RecordPanelTest::theClockCountsTheTake()
{
    QCOMPARE(text("takeTime"), QStringLiteral("00:00:00.0"));
    auto now = status(State::Recording);
    now.seconds = 3723.46;
    m_panel->setStatus(now);
    QCOMPARE(text("takeTime"), QStringLiteral("01:02:03.4"));
    m_panel->setStatus(status(State::Listening));
    QCOMPARE(text("takeTime"), QStringLiteral("00:00:00.0"));
}

void RecordPanelTest::settingsAreFixedDuringATake()
{
    m_panel->setStatus(status(State::Recording));
    for (const char* name : {"input", "rate", "format", "preRoll", "listen", "rescan"})
        QVERIFY2(!find<QWidget>(name)->isEnabled(), name);
    m_panel->setStatus(status(State::Listening));
    for (const char* name : {"input", "rate", "format", "preRoll", "listen", "rescan"})
        QVERIFY2(find<QWidget>(name)->isEnabled(), name);
}

void RecordPanelTest::lossesAreSaidOnlyWhenThereAreAny()
{
    auto now = status(State::Recording);
    m_panel->setStatus(now);
    QVERIFY(!shown("losses"));
    now.overflows = 3;
    m_panel->setStatus(now);
    QVERIFY(shown("losses"));
    QVERIFY(text("losses").contains(QStringLiteral("3 times")));
    QVERIFY(!text("losses").contains(QStringLiteral("dropped")));
    now.droppedFrames = 1280;
    m_panel->setStatus(now);
    QVERIFY(text("losses").contains(QStringLiteral("1,280 frames")));
}

void RecordPanelTest::theDiskAndTheFileAreSaid()
{
    QVERIFY(!shown("freeTime"));
    m_panel->setNextFile(QStringLiteral("/takes/next.wav"));
    m_panel->setFreeSeconds(53.4 * 3600);
    QCOMPARE(text("nextFile"), QStringLiteral("next.wav in /takes"));
    QCOMPARE(text("freeTime"), QStringLiteral("about 53 h free"));
    auto now = status(State::Recording);
    now.freeSeconds = 320;
    m_panel->setStatus(now);
    QCOMPARE(text("nextFile"), QStringLiteral("one.wav in /takes"));
    QCOMPARE(text("freeTime"), QStringLiteral("about 5 min free"));
    QSignalSpy folder(m_panel, &RecordPanel::folderRequested);
    m_panel->setStatus(status(State::Listening));
    m_panel->recordActions()[4]->trigger();
    QCOMPARE(folder.count(), 1);
}

void RecordPanelTest::aReportStaysUntilItIsClosed()
{
    TakeReport report;
    report.file = "/takes/one.wav";
    report.rate = 48000;
    report.channels = 2;
    report.frames = 48000 * 5 / 2;
    report.peak = 0.5;
    report.rms = 0.05;
    report.noiseFloor = -61.2;
    QVERIFY(!shown("takeReport"));
    m_panel->showReport(report, {});
    QVERIFY(shown("takeReport"));
    for (const char* fact : {"2.5 s", "48 kHz", "2 channels", "peak −6.0 dBFS", "RMS −26.0 dBFS",
                             "noise floor −61.2 dBFS"})
        QVERIFY2(text("takeFacts").contains(QString::fromUtf8(fact)), fact);
    QCOMPARE(text("takeAdvice"), QStringLiteral("Nothing clipped, nothing lost."));
    report.error = Error{"the disk is full"};
    m_panel->showReport(report, {QStringLiteral("Clipped once.")});
    QCOMPARE(text("takeAdvice"), QStringLiteral("The disk is full\nClipped once."));
    m_panel->setStatus(status(State::Listening));
    QVERIFY(shown("takeReport"));
    QSignalSpy opened(m_panel, &RecordPanel::reportOpened);
    press("openReport");
    QCOMPARE(opened[0][0].toString(), QStringLiteral("/takes/one.wav"));
    press("closeReport");
    QVERIFY(!shown("takeReport"));
}

void RecordPanelTest::theNextTakeClosesTheReport()
{
    TakeReport report;
    report.file = "/takes/one.wav";
    report.rate = 48000;
    m_panel->setStatus(status(State::Listening));
    m_panel->showReport(report, {});
    m_panel->setStatus(status(State::Recording));
    QVERIFY(!shown("takeReport"));
}

void RecordPanelTest::formatAndPreRollAreChosen()
{
    QSignalSpy format(m_panel, &RecordPanel::formatChanged);
    QSignalSpy preRoll(m_panel, &RecordPanel::preRollChanged);
    QCOMPARE(m_panel->format(), TakeFormat::Wav);
    m_panel->setFormat(TakeFormat::Flac);
    m_panel->setPreRoll(true);
    QCOMPARE(m_panel->format(), TakeFormat::Flac);
    QCOMPARE(format.count() + preRoll.count(), 0);
    QTest::keyClick(find<QComboBox>("format"), Qt::Key_Up);
    QCOMPARE(format.count(), 1);
    QCOMPARE(m_panel->format(), TakeFormat::Wav);
    auto* box = find<QCheckBox>("preRoll");
    QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    QCOMPARE(preRoll.count(), 1);
    QVERIFY(!m_panel->preRoll());
}

void RecordPanelTest::theLayoutComesBack()
{
    auto* splitter = find<QSplitter>("recordSplitter");
    splitter->setSizes({150, 400});
    m_panel->live().paneActions()[2]->trigger();
    const QByteArray state = m_panel->saveState();
    const int size = splitter->sizes()[0];

    RecordPanel other;
    other.resize(m_panel->size());
    other.show();
    other.restoreState(state);
    QVERIFY(!other.live().paneActions()[2]->isChecked());
    QVERIFY(other.live().paneActions()[1]->isChecked());
    auto* restored = other.findChild<QSplitter*>(QStringLiteral("recordSplitter"));
    QVERIFY(std::abs(restored->sizes()[0] - size) <= 2);
    other.restoreState("nonsense");
    QVERIFY(other.live().paneActions()[1]->isChecked());
}

void RecordPanelTest::coloursFollowTheTheme()
{
    auto now = status(State::Recording);
    now.overflows = 1;
    m_panel->setStatus(now);
    const auto ink = [this](const char* name) {
        return find<ThemedLabel>(name)->ink();
    };
    QCOMPARE(ink("losses"), Theme::light().warning);
    applyTheme(*qApp, Theme::darkTheme());
    const Theme dark = Theme::darkTheme();
    QCOMPARE(ink("losses"), dark.warning);
    QCOMPARE(ink("recorderState"), dark.danger);
    QCOMPARE(ink("takeTime"), dark.text);
    QCOMPARE(ink("monitorWarning"), dark.warning);
    QCOMPARE(ink("liveNote"), dark.warning);
    // What is painted, too.
    const QImage image = find<QLabel>("losses")->grab().toImage();
    bool painted = false;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            painted = painted || image.pixelColor(x, y) == dark.warning;
    }
    QVERIFY(painted);
    applyTheme(*qApp, Theme::light());
    QCOMPARE(ink("losses"), Theme::light().warning);
}

void RecordPanelTest::itFitsSmallWindows_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<Qt::Orientation>("orientation");
    QTest::newRow("1280 x 720 with one dock") << QSize(960, 624) << Qt::Horizontal;
    QTest::newRow("1280 x 720 with two docks") << QSize(680, 624) << Qt::Vertical;
    QTest::newRow("a large screen") << QSize(1340, 980) << Qt::Vertical;
}

void RecordPanelTest::itFitsSmallWindows()
{
    QFETCH(QSize, size);
    m_panel->setStatus(status(State::Recording));
    m_window->resize(size);
    QCoreApplication::processEvents();
    QCOMPARE(m_window->size(), size);
    QTEST(find<QSplitter>("recordSplitter")->orientation(), "orientation");
    for (const auto* button : m_panel->findChildren<QAbstractButton*>()) {
        if (button->isVisible())
            QVERIFY2(
                m_panel->rect().contains(QRect(button->mapTo(m_panel, QPoint()), button->size())),
                qPrintable(button->text()));
    }
}

void RecordPanelTest::timesInWords_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QString>("clock");
    QTest::addColumn<QString>("free");
    const auto row = [](const char* name, double seconds, const char* clock, const char* free) {
        QTest::newRow(name) << seconds << QString::fromLatin1(clock) << QString::fromLatin1(free);
    };
    row("nothing", 0, "00:00:00.0", "about 0 min free");
    row("tenths are not rounded up", 59.99, "00:00:59.9", "about 0 min free");
    row("an exact tenth", 12.3, "00:00:12.3", "about 0 min free");
    row("an hour and a half", 5400, "01:30:00.0", "about 90 min free");
    row("two days", 172800, "48:00:00.0", "about 48 h free");
    row("many days", 86400.0 * 160, "3840:00:00.0", "about 160 days free");
}

void RecordPanelTest::timesInWords()
{
    QFETCH(double, seconds);
    QTEST(clockText(seconds), "clock");
    QTEST(freeText(seconds), "free");
}

QTEST_MAIN(RecordPanelTest)
#include "tst_record_panel.moc"
