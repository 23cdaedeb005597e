#include "widgets/document.h"
#include "widgets/inspect/details_panel.h"
#include "widgets/inspect/file_facts.h"
#include "widgets/inspect/inspect_panel.h"
#include "widgets/inspect/pane_stack.h"
#include "widgets/plot/feature_summary.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace phono;

/// The inspect panel by mouse and keys, over a made recording of two seconds.
class InspectPanelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void emptyPanelOffersFirstSteps();
    void panesShareTheirEdges();
    void wheelScrollsAndZoomsAtThePointer();
    void clickSetsTheCursorAndTheCell();
    void dragSelects();
    void middleButtonPans();
    void overviewMovesTheWindow();
    void readoutNamesTheCell();
    void readoutKeepsTheIndexWhenOrdered();
    void doubleClickSelectsWhatTheFrameSees();
    void doubleClickSelectsTheLabel();
    void keysMoveTheView();
    void keyPlaysWhatTheFrameSees();
    void keyOpensTheMenusOfPanes();
    void growingWaveformIsShown();
    void dividerChangesHeights();
    void paneCanBeClosed();
    void missingFeatureIsRequestedByClick();
    void growingFeatureIsShown();
    void stateGoesThereAndBack();
    void damagedStateIsHarmless_data();
    void damagedStateIsHarmless();
    void rendersAtAnySize();
    void picturesAreWritten();
    void unknownPictureFormatIsRefused();
    void themeChangesThePicture();
    void newModelForgetsOldFeatures();
    void detailsShowFileAndFrame();

private:
    static constexpr int kSamples = 32000;
    static constexpr int kChannels = 16;
    static constexpr qint64 kFrames = (kSamples - 465) / 160 + 1;

    void openRecording();
    void openModel();
    static FeatureMatrix feature(float offset);
    /// Moves the pointer, with the buttons as they are.
    void hover(QPoint point, Qt::MouseButtons buttons = Qt::NoButton);
    QPoint pointIn(const QString& pane, double seconds, double part) const;
    double pixelTime() const;
    PaneStack& stack() const { return *m_panel->findChild<PaneStack*>(); }
    QWidget* plot() const;
    QAction* action(const QString& text) const;
    void settle();

    std::unique_ptr<Document> m_document;
    std::unique_ptr<TimeAxis> m_time;
    std::unique_ptr<InspectPanel> m_panel;
};

void InspectPanelTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void InspectPanelTest::init()
{
    m_document = std::make_unique<Document>();
    m_time = std::make_unique<TimeAxis>();
    m_panel = std::make_unique<InspectPanel>(*m_document, *m_time);
    m_panel->resize(1000, 700);
    m_panel->show();
    m_panel->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
}

void InspectPanelTest::cleanup()
{
    m_panel.reset();
    m_time.reset();
    m_document.reset();
}

void InspectPanelTest::openRecording()
{
    std::vector<float> samples;
    for (int i = 0; i < kSamples; ++i)
        samples.push_back(0.5f * float(std::sin(i * 0.05)) * float(i % 4000) / 4000.0f);
    const Waveform waveform(std::move(samples));
    AudioInfo info;
    info.path = "made.wav";
    info.sampleRate = 44100;
    info.channels = 2;
    info.peak = 0.5;
    info.notes = {"resampled 44.1 → 16 kHz"};
    m_document->setAudio(info, waveform, std::make_shared<const PeakPyramid>(waveform));
    m_document->setLabels({{"words", {{0.5, 1.0, "one"}, {1.0, 1.6, "two"}}}});
    m_time->setDuration(waveform.seconds());
    settle();
}

/// Frame t, dimension d is t + d / 100 + offset, but dimension 3 never changes.
FeatureMatrix InspectPanelTest::feature(float offset)
{
    std::vector<float> values;
    for (qint64 t = 0; t < kFrames; ++t)
        for (int d = 0; d < kChannels; ++d)
            values.push_back(d == 3 ? 0.0f : float(t * (d + 1)) + float(d) / 100.0f + offset);
    return FeatureMatrix(std::move(values), kChannels);
}

void InspectPanelTest::openModel()
{
    const FeatureInfo z{"z", kChannels, false, 160, 465};
    const FeatureInfo c{"c", kChannels, false, 160, 3345};
    const FeatureInfo layer{"enc0", kChannels, false, 5, 10};
    m_document->setModel(QStringLiteral("made"), {z, c, layer});
    m_document->setFeature({z, feature(0), kFrames});
    m_document->setFeature({c, feature(1000), kFrames});
    stack().finish();
    settle();
}

void InspectPanelTest::settle()
{
    // Two rounds: sizes found by the first layout ask for a second painting.
    for (int i = 0; i < 4; ++i)
        QCoreApplication::processEvents();
}

QWidget* InspectPanelTest::plot() const
{
    for (auto* widget : m_panel->findChildren<QWidget*>()) {
        if (widget->inherits("QCustomPlot"))
            return widget;
    }
    return nullptr;
}

void InspectPanelTest::hover(QPoint point, Qt::MouseButtons buttons)
{
    QMouseEvent event(QEvent::MouseMove, point, plot()->mapToGlobal(QPointF(point)), Qt::NoButton,
                      buttons, Qt::NoModifier);
    QCoreApplication::sendEvent(plot(), &event);
}

QPoint InspectPanelTest::pointIn(const QString& id, double seconds, double part) const
{
    const Pane* pane = stack().pane(id);
    if (!pane)
        return {};
    const PlotArea area = pane->area();
    return QPointF(area.x(seconds), area.rect.bottom() - part * area.rect.height()).toPoint();
}

double InspectPanelTest::pixelTime() const
{
    const PlotArea area = stack().pane(QStringLiteral("waveform"))->area();
    return area.time.length() / area.rect.width();
}

QAction* InspectPanelTest::action(const QString& text) const
{
    for (QAction* some : m_panel->actions()) {
        if (some->text() == text)
            return some;
    }
    return nullptr;
}

void InspectPanelTest::emptyPanelOffersFirstSteps()
{
    QSignalSpy open(m_panel.get(), &InspectPanel::openRequested);
    QSignalSpy demo(m_panel.get(), &InspectPanel::demoRequested);
    auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("openButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QTest::mouseClick(m_panel->findChild<QPushButton*>(QStringLiteral("demoButton")),
                      Qt::LeftButton);
    QCOMPARE(open.count(), 1);
    QCOMPARE(demo.count(), 1);
    openRecording();
    QVERIFY(!button->isVisible());
}

void InspectPanelTest::panesShareTheirEdges()
{
    openRecording();
    openModel();
    QVERIFY(stack().panes().size() >= 6);
    const QRect first = stack().panes().front()->plotRect();
    QVERIFY(first.width() > 500);
    for (const auto& pane : stack().panes()) {
        QCOMPARE(pane->plotRect().left(), first.left());
        QCOMPARE(pane->plotRect().right(), first.right());
    }
}

void InspectPanelTest::wheelScrollsAndZoomsAtThePointer()
{
    openRecording();
    m_time->setVisible({0.5, 1.5});
    settle();
    const QPoint point = pointIn(QStringLiteral("waveform"), 0.75, 0.5);
    const auto turn = [&](int steps, Qt::KeyboardModifiers modifiers) {
        QWheelEvent event(point, plot()->mapToGlobal(QPointF(point)), {}, QPoint(0, 120 * steps),
                          Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(plot(), &event);
        settle();
    };
    turn(-1, Qt::NoModifier);
    QVERIFY(m_time->visible().start > 0.5);
    QVERIFY(std::abs(m_time->visible().length() - 1) < 1e-9);
    m_time->setVisible({0.5, 1.5});
    settle();
    turn(2, Qt::ControlModifier);
    QVERIFY(m_time->visible().length() < 0.9);
    const double under = stack().pane(QStringLiteral("waveform"))->area().timeAt(point.x());
    QVERIFY2(std::abs(under - 0.75) < 0.002, qPrintable(QString::number(under)));
}

void InspectPanelTest::clickSetsTheCursorAndTheCell()
{
    openRecording();
    openModel();
    QSignalSpy cell(m_panel.get(), &InspectPanel::currentCellChanged);
    const QPoint point = pointIn(QStringLiteral("z"), 1.2, (5 + 0.5) / kChannels);
    QTest::mouseClick(plot(), Qt::LeftButton, {}, point);
    QVERIFY(m_time->cursor());
    QVERIFY(std::abs(*m_time->cursor() - 1.2) <= pixelTime());
    QCOMPARE(cell.count(), 1);
    QCOMPARE(m_panel->currentCell().value(), (FeatureCell{QStringLiteral("z"), 5}));
}

void InspectPanelTest::dragSelects()
{
    openRecording();
    const QPoint from = pointIn(QStringLiteral("waveform"), 1.5, 0.5);
    const QPoint to = pointIn(QStringLiteral("waveform"), 0.5, 0.2);
    QTest::mousePress(plot(), Qt::LeftButton, {}, from);
    hover((from + to) / 2);
    hover(to);
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, to);
    QVERIFY(m_time->selection());
    QVERIFY(std::abs(m_time->selection()->start - 0.5) <= pixelTime());
    QVERIFY(std::abs(m_time->selection()->end - 1.5) <= pixelTime());
    QTest::mouseClick(plot(), Qt::LeftButton, {}, from);
    QVERIFY2(!m_time->selection(), "a click ends the selection");
}

void InspectPanelTest::middleButtonPans()
{
    openRecording();
    m_time->setVisible({0.5, 1.0});
    settle();
    const double perPixel = pixelTime();
    const QPoint from = pointIn(QStringLiteral("waveform"), 0.75, 0.5);
    QTest::mousePress(plot(), Qt::MiddleButton, {}, from);
    hover(from - QPoint(100, 0));
    QTest::mouseRelease(plot(), Qt::MiddleButton, {}, from - QPoint(100, 0));
    QVERIFY(std::abs(m_time->visible().start - (0.5 + 100 * perPixel)) < perPixel * 0.51);
}

void InspectPanelTest::overviewMovesTheWindow()
{
    openRecording();
    m_time->setVisible({0.4, 0.8});
    settle();
    const QPoint inside = pointIn(QStringLiteral("overview"), 0.6, 0.5);
    const QPoint target = pointIn(QStringLiteral("overview"), 1.1, 0.5);
    QTest::mousePress(plot(), Qt::LeftButton, {}, inside);
    hover(target);
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, target);
    QVERIFY(std::abs(m_time->visible().start - 0.9) < 0.01);
    QVERIFY(std::abs(m_time->visible().length() - 0.4) < 1e-9);
    // Its right edge makes it longer.
    const QPoint edge = pointIn(QStringLiteral("overview"), m_time->visible().end, 0.5);
    const QPoint further = pointIn(QStringLiteral("overview"), 1.6, 0.5);
    QTest::mousePress(plot(), Qt::LeftButton, {}, edge);
    hover(further);
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, further);
    QVERIFY(std::abs(m_time->visible().start - 0.9) < 0.01);
    QVERIFY(std::abs(m_time->visible().end - 1.6) < 0.01);
}

void InspectPanelTest::readoutNamesTheCell()
{
    openRecording();
    openModel();
    hover(pointIn(QStringLiteral("c"), 1.0, (7 + 0.5) / kChannels));
    const Readout& readout = m_panel->readout();
    QCOMPARE(readout.pane, QStringLiteral("c"));
    QVERIFY(readout.frame && readout.dimension && readout.value && readout.seen);
    QCOMPARE(*readout.dimension, 7);
    // Frame t is centred at sample 160 t + 232.5.
    QVERIFY(std::abs(double(*readout.frame) * 160 + 232.5 - 16000) <= 80 + 16000 * pixelTime());
    QCOMPARE(*readout.value, double(float(*readout.frame * 8) + 0.07f + 1000));
    QCOMPARE(readout.seen->end * kModelRate, double(*readout.frame * 160 + 465));
    QCOMPARE(readout.seen->length() * kModelRate, 3345.0);
    QVERIFY(readout.text().contains(QStringLiteral("c[7]")));
    hover(pointIn(QStringLiteral("labels"), 1.2, 0.5));
    QCOMPARE(m_panel->readout().label, QStringLiteral("two"));
    hover(pointIn(QStringLiteral("waveform"), 1.2, 0.5));
    QVERIFY(m_panel->readout().decibels.has_value());
    QVERIFY(!m_panel->readout().frame.has_value());
}

void InspectPanelTest::readoutKeepsTheIndexWhenOrdered()
{
    openRecording();
    openModel();
    m_panel->restoreState(R"({"order":"variance"})");
    stack().finish();
    settle();
    // Dimension d moves by d + 1 a frame: the last varies most, and the constant one least.
    hover(pointIn(QStringLiteral("z"), 1.0, 0.5 / kChannels));
    QCOMPARE(m_panel->readout().dimension.value(), kChannels - 1);
    hover(pointIn(QStringLiteral("z"), 1.0, (kChannels - 0.5) / kChannels));
    QCOMPARE(m_panel->readout().dimension.value(), 3);
}

void InspectPanelTest::doubleClickSelectsWhatTheFrameSees()
{
    openRecording();
    openModel();
    const QPoint point = pointIn(QStringLiteral("z"), 1.0, 0.5);
    hover(point);
    QTest::mouseDClick(plot(), Qt::LeftButton, {}, point);
    QVERIFY(m_time->selection());
    QCOMPARE(m_time->selection()->start * kModelRate, double(*m_panel->readout().frame * 160));
    QCOMPARE(m_time->selection()->length() * kModelRate, 465.0);
}

void InspectPanelTest::doubleClickSelectsTheLabel()
{
    openRecording();
    const QPoint point = pointIn(QStringLiteral("labels"), 1.2, 0.5);
    hover(point);
    QTest::mouseDClick(plot(), Qt::LeftButton, {}, point);
    QCOMPARE(m_time->selection().value(), (TimeRange{1.0, 1.6}));
}

void InspectPanelTest::keysMoveTheView()
{
    openRecording();
    m_panel->setFocus();
    QTest::keyClick(plot(), Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(m_time->visible().length(), 1.0);
    QTest::keyClick(plot(), Qt::Key_End);
    QCOMPARE(m_time->visible().end, 2.0);
    QTest::keyClick(plot(), Qt::Key_PageUp);
    QCOMPARE(m_time->visible().start, 0.0);
    QTest::keyClick(plot(), Qt::Key_Right);
    QVERIFY(m_time->visible().start > 0);
    QTest::keyClick(plot(), Qt::Key_F);
    QCOMPARE(m_time->visible(), (TimeRange{0, 2}));
    m_time->setSelection(TimeRange{0.5, 0.75});
    QTest::keyClick(plot(), Qt::Key_E, Qt::ControlModifier);
    QCOMPARE(m_time->visible(), (TimeRange{0.5, 0.75}));
    QTest::keyClick(plot(), Qt::Key_3, Qt::ControlModifier);
    QCOMPARE(m_time->visible().length(), 0.5);
}

void InspectPanelTest::keyPlaysWhatTheFrameSees()
{
    openRecording();
    openModel();
    QSignalSpy play(m_panel.get(), &InspectPanel::playRequested);
    m_panel->setFocus();
    hover(pointIn(QStringLiteral("c"), 1.0, 0.5));
    QTest::keyClick(plot(), Qt::Key_R);
    QCOMPARE(play.count(), 1);
    QCOMPARE(play.first().first().value<TimeRange>(), *m_panel->readout().seen);
}

void InspectPanelTest::keyOpensTheMenusOfPanes()
{
    openRecording();
    openModel();
    m_panel->setFocus();
    QTest::keyClick(plot(), Qt::Key_M);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    QStringList titles;
    for (QAction* action : menu->actions())
        titles << action->text().remove(QLatin1Char('&'));
    QCOMPARE(
        titles,
        (QStringList{QStringLiteral("spectrogram"), QStringLiteral("z"), QStringLiteral("c")}));
    QTest::keyClick(menu, Qt::Key_C);
    auto* ofC = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(ofC && ofC != menu);
    auto* close = ofC->actions().constLast();
    while (ofC->activeAction() != close)
        QTest::keyClick(ofC, Qt::Key_Up);
    QTest::keyClick(ofC, Qt::Key_Return);
    QCOMPARE(m_panel->shownFeatures(), QStringList(QStringLiteral("z")));
}

void InspectPanelTest::growingWaveformIsShown()
{
    AudioInfo outline;
    outline.path = "made.wav";
    outline.sampleRate = 44100;
    outline.channels = 2;
    outline.seconds = 4;
    const auto grow = [&](int samples) {
        std::vector<float> values;
        for (int i = 0; i < samples; ++i)
            values.push_back(i % 2 == 0 ? 0.5f : -0.5f);
        const Waveform waveform(std::move(values));
        m_document->growAudio(outline, waveform, std::make_shared<const PeakPyramid>(waveform));
        m_time->correctDuration(m_document->seconds());
        settle();
    };
    /// Whether the waveform is painted a third of the way up to full scale at a time.
    const auto painted = [&](double seconds) {
        const QImage image = plot()->grab().toImage();
        const QPoint point = pointIn(QStringLiteral("waveform"), seconds, 0.6);
        return image.pixelColor(point) != Theme::light().plot;
    };
    QSignalSpy features(m_panel.get(), &InspectPanel::featureRequested);
    m_document->setModel(QStringLiteral("made"), {{"z", kChannels, false, 160, 465}});
    grow(16000);
    QCOMPARE(m_time->visible(), (TimeRange{0, 4}));
    QVERIFY(painted(0.5));
    QVERIFY(!painted(1.5));
    grow(32000);
    QVERIFY(painted(0.5) && painted(1.5));
    QVERIFY(!painted(2.5));
    QVERIFY(stack().pane(QStringLiteral("spectrogram"))->hint().contains(QLatin1String("decoded")));
    QVERIFY(stack().pane(QStringLiteral("z"))->hint().contains(QLatin1String("decoded")));
    m_document->setModelComing(true);
    QVERIFY(
        stack().pane(QStringLiteral("z"))->hint().contains(QLatin1String("checkpoint is read")));
    m_document->setModelComing(false);
    settle();
    QTest::mouseClick(plot(), Qt::LeftButton, {}, pointIn(QStringLiteral("z"), 1.0, 0.5));
    QCOMPARE(features.count(), 0);
    QVERIFY(m_time->cursor().has_value());
    QVERIFY(fileFacts(*m_document).duration.isEmpty());
    QCOMPARE(fileFacts(*m_document).rate, QStringLiteral("44.1 → 16 kHz"));
}

void InspectPanelTest::dividerChangesHeights()
{
    openRecording();
    openModel();
    const int before = stack().pane(QStringLiteral("z"))->plotRect().height();
    const int other = stack().pane(QStringLiteral("waveform"))->plotRect().height();
    const QRect header = stack().pane(QStringLiteral("c"))->headerRect();
    const QPoint grip(header.center().x(), header.top());
    hover(grip);
    QTest::mousePress(plot(), Qt::LeftButton, {}, grip);
    hover(grip + QPoint(0, 30));
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, grip + QPoint(0, 30));
    settle();
    const int after = stack().pane(QStringLiteral("z"))->plotRect().height();
    QVERIFY2(std::abs(after - before - 30) <= 2, qPrintable(QString::number(after - before)));
    QVERIFY(std::abs(stack().pane(QStringLiteral("waveform"))->plotRect().height() - other) <= 2);
}

void InspectPanelTest::paneCanBeClosed()
{
    openRecording();
    openModel();
    QSignalSpy settings(m_panel.get(), &InspectPanel::settingsChanged);
    const QRect header = stack().pane(QStringLiteral("c"))->headerRect();
    const QPoint cross(header.right() - 7, header.center().y());
    hover(cross);
    QTest::mouseClick(plot(), Qt::LeftButton, {}, cross);
    settle();
    QVERIFY(!stack().pane(QStringLiteral("c")));
    QVERIFY(stack().pane(QStringLiteral("z")));
    QCOMPARE(settings.count(), 1);
    action(QStringLiteral("Waveform"))->trigger();
    QVERIFY(!stack().pane(QStringLiteral("waveform")));
}

void InspectPanelTest::missingFeatureIsRequestedByClick()
{
    openRecording();
    QSignalSpy checkpoint(m_panel.get(), &InspectPanel::checkpointRequested);
    QSignalSpy wanted(m_panel.get(), &InspectPanel::featureRequested);
    QTest::mouseClick(plot(), Qt::LeftButton, {}, pointIn(QStringLiteral("z"), 1.0, 0.5));
    QCOMPARE(checkpoint.count(), 1);
    openModel();
    m_panel->restoreState(R"({"features":["z","enc0"]})");
    settle();
    QTest::mouseClick(plot(), Qt::LeftButton, {}, pointIn(QStringLiteral("enc0"), 1.0, 0.5));
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted.first().first().toString(), QStringLiteral("enc0"));
}

void InspectPanelTest::growingFeatureIsShown()
{
    openRecording();
    const FeatureInfo z{"z", kChannels, false, 160, 465};
    m_document->setModel(QStringLiteral("made"), {z});
    auto storage = FeatureStorage::create(kFrames, kChannels);
    QVERIFY(storage.ok());
    const auto whole = feature(0);
    std::copy_n(whole.data(), kFrames * kChannels, (*storage)->data());
    m_panel->setActivity(QStringLiteral("z"), QStringLiteral("computing z"), 0.4);
    for (const qint64 frames : {qint64(40), qint64(90), kFrames}) {
        m_document->setFeature({z, FeatureMatrix(*storage, frames), kFrames});
        stack().finish();
        QCOMPARE(m_panel->summary(QStringLiteral("z"))->pyramid.frames(), frames);
    }
    m_panel->setActivity(QStringLiteral("z"), {}, -1);
    settle();
    QVERIFY(!stack().activity(QStringLiteral("z")));
}

void InspectPanelTest::stateGoesThereAndBack()
{
    openRecording();
    const QByteArray state =
        R"({"colors":"viridis","limits":[5,95],"scores":true,"order":"similarity",)"
        R"("aggregation":"mean","features":["c"],"spectrogram":false,"decibels":55,)"
        R"("heights":{"c":2},"fitAmplitude":true})";
    m_panel->restoreState(state);
    const auto settings = stack().settings();
    QCOMPARE(settings.colors, ColorMap::Viridis);
    QCOMPARE(settings.limits, (ColorLimits{5, 95}));
    QVERIFY(settings.scores && settings.fitAmplitude && !settings.spectrogram);
    QCOMPARE(settings.order, ChannelOrder::Similarity);
    QCOMPARE(settings.aggregation, Aggregation::Mean);
    QCOMPARE(settings.features, QStringList{QStringLiteral("c")});
    const QByteArray saved = m_panel->saveState();
    m_panel->restoreState({});
    QVERIFY(stack().settings() == ViewSettings());
    m_panel->restoreState(saved);
    QVERIFY(stack().settings() == settings);
}

void InspectPanelTest::damagedStateIsHarmless_data()
{
    QTest::addColumn<QByteArray>("state");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("\x00\xff garbage", 10);
    QTest::newRow("wrong types") << QByteArray(R"({"features":7,"limits":"x","heights":[1]})");
    QTest::newRow("reversed limits") << QByteArray(R"({"limits":[99,1]})");
    QTest::newRow("unknown names") << QByteArray(R"({"order":"alphabet","colors":"jet"})");
}

void InspectPanelTest::damagedStateIsHarmless()
{
    QFETCH(QByteArray, state);
    m_panel->restoreState(state);
    QVERIFY(stack().settings() == ViewSettings());
}

void InspectPanelTest::rendersAtAnySize()
{
    openRecording();
    openModel();
    for (const QSize size : {QSize(1200, 800), QSize(300, 200), QSize(40, 30)}) {
        for (const qreal scale : {1.0, 1.5, 2.0}) {
            const QImage image = m_panel->render(size, scale);
            QCOMPARE(image.size(), size * scale);
        }
    }
    const QImage image = m_panel->render({1200, 800}, 1);
    settle();
    // The numbers are there: the picture has many colours of the map.
    const ColorTable& table = colorTable(ColorMap::Magma);
    QVERIFY(std::ranges::count_if(table,
                                  [&](QRgb colour) {
                                      for (int y = 0; y < image.height(); y += 3)
                                          for (int x = 0; x < image.width(); x += 3)
                                              if (image.pixel(x, y) == colour)
                                                  return true;
                                      return false;
                                  })
            > 100);
}

void InspectPanelTest::picturesAreWritten()
{
    openRecording();
    openModel();
    QTemporaryDir folder;
    const QString png = folder.filePath(QStringLiteral("view.png"));
    const QString pdf = folder.filePath(QStringLiteral("view.PDF"));
    QVERIFY(m_panel->savePicture(png).ok());
    QVERIFY(m_panel->savePicture(pdf).ok());
    QCOMPARE(QImage(png).size(), stack().size() * 2);
    QFile file(pdf);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.read(5) == "%PDF-");
}

void InspectPanelTest::unknownPictureFormatIsRefused()
{
    openRecording();
    QTemporaryDir folder;
    const auto wrong = m_panel->savePicture(folder.filePath(QStringLiteral("view.bmp")));
    QVERIFY(!wrong.ok());
    QVERIFY(wrong.error().message.find(".png or .pdf") != std::string::npos);
    const auto nowhere = m_panel->savePicture(folder.filePath(QStringLiteral("no/where.png")));
    QVERIFY(!nowhere.ok());
    QVERIFY(nowhere.error().message.find("where.png") != std::string::npos);
}

void InspectPanelTest::themeChangesThePicture()
{
    openRecording();
    const QImage light = m_panel->render({600, 400}, 1);
    applyTheme(*qApp, Theme::darkTheme());
    settle();
    const QImage dark = m_panel->render({600, 400}, 1);
    applyTheme(*qApp, Theme::light());
    settle();
    QCOMPARE(light.pixelColor(2, 2), Theme::light().panel);
    QCOMPARE(dark.pixelColor(2, 2), Theme::darkTheme().panel);
    QVERIFY(m_panel->render({600, 400}, 1) == light);
}

void InspectPanelTest::newModelForgetsOldFeatures()
{
    openRecording();
    openModel();
    QVERIFY(m_panel->summary(QStringLiteral("z")));
    m_document->setModel({}, {});
    settle();
    const auto known = m_panel->summary(QStringLiteral("z"));
    QVERIFY(!known || known->pyramid.frames() == 0);
    hover(pointIn(QStringLiteral("z"), 1.0, 0.5));
    QVERIFY(!m_panel->readout().frame);
}

void InspectPanelTest::detailsShowFileAndFrame()
{
    DetailsPanel details(*m_document, *m_panel);
    details.resize(280, 900);
    details.show();
    openRecording();
    openModel();
    details.setCheckpointText(QStringLiteral("made of whole cloth"));
    hover(pointIn(QStringLiteral("z"), 1.0, (2 + 0.5) / kChannels));
    settle();
    QStringList texts;
    for (const auto* label : details.findChildren<QLabel*>())
        texts << label->text();
    QVERIFY(texts.contains(QStringLiteral("44.1 → 16 kHz")));
    QVERIFY(texts.contains(QStringLiteral("2 → mono")));
    QVERIFY(texts.contains(QStringLiteral("−6.0 dBFS")));
    QVERIFY(texts.contains(QStringLiteral("%1 = ⌊(n − 465) / 160⌋ + 1").arg(kFrames)));
    QVERIFY(texts.contains(QStringLiteral("z[2]")));
    QVERIFY(texts.contains(QStringLiteral("made of whole cloth")));
    QVERIFY(texts.contains(QStringLiteral("resampled 44.1 → 16 kHz")));
}

QTEST_MAIN(InspectPanelTest)
#include "tst_inspect_panel.moc"
