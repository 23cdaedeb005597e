#include "core/run/run_control.h"
#include "core/run/run_notes.h"
#include "tests/support/fake_run.h"
#include "widgets/curves/curve_grid.h"
#include "widgets/pretrain/pretrain_panel.h"
#include "widgets/pretrain/run_details.h"
#include "widgets/pretrain/settings_model.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextCursor>
#include <QTreeView>

using namespace phono;
using phono::test::FakeRun;

/// The panel of runs by mouse and keys, over run directories that no trainer made.
class PretrainPanelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void emptyFolderOffersFirstSteps();
    void theNewestRunIsShown();
    void clickShowsARunAndCtrlClickTwo();
    void aRunKeepsItsColour();
    void liveRunGrows();
    void levelsAreThoseOfTheRun();
    void whatSomeMachinesMeasureHasPlotsThere();
    void spacePausesAndContinues();
    void stopAndSaveAsksTheTrainer();
    void actionsFitTheRun();
    void resumeAndDuplicateAreAskedFor();
    void bestCheckpointOpens();
    void checkpointsAreLinks();
    void failureNamesTheFiles();
    void nameTagsAndNotesAreWritten();
    void notesAreWrittenOnLeaving();
    void ordersAreKeptInOrder();
    void settingsOfTwoRunsAreCompared();
    void theEndOfTheLogIsShownWhereARunFailed();
    void withoutReadingTheRunsAreKnown();
    void trashAsksInTheMessageBar();
    void deleteMovesToTheTrash();
    void aRunThatGoesOnIsNotThrownAway();
    void whatNobodyTouchedIsNotWritten();
    void aRunThatIsGoneHidesNoOther();
    void aFolderThatCannotBeReadIsSaidOnce();
    void hostileRunsAreShown();
    void tensorBoardGetsAFile();
    void csvHasEveryUpdate();
    void picturesAreWritten();
    void smoothingByKeysAndSlider();
    void sessionComesBack();
    void aRunThatGoesLeavesTheRest();

private:
    std::filesystem::path path(const char* name) const { return toPath(m_home->path()) / name; }
    QTreeView* table() const { return m_panel->findChild<QTreeView*>(QStringLiteral("runsTable")); }
    void watch(int runs)
    {
        m_panel->setFolder(toPath(m_home->path()));
        QTRY_COMPARE(m_panel->runs().rowCount(), runs);
    }
    void click(const QString& name, Qt::KeyboardModifiers keys = {})
    {
        for (int row = 0; row < table()->model()->rowCount(); ++row) {
            const QModelIndex index = table()->model()->index(row, 0);
            if (index.data().toString() == name)
                QTest::mouseClick(table()->viewport(), Qt::LeftButton, keys,
                                  table()->visualRect(index).center());
        }
    }
    std::size_t curves(const char* plot) const
    {
        return m_panel->curves().pane(QLatin1String(plot))->entries().size();
    }
    QAction* action(const QString& text) const
    {
        for (QAction* one : m_panel->runActions()) {
            if (one->text() == text)
                return one;
        }
        return nullptr;
    }
    QString details(const char* name) const
    {
        return m_panel->details().findChild<QLabel*>(QLatin1String(name))->text();
    }

    std::optional<QTemporaryDir> m_home;
    QThreadPool m_pool;
    std::unique_ptr<PretrainPanel> m_panel;
    Notice m_notice;
};

void PretrainPanelTest::initTestCase()
{
    loadFonts();
    applyTheme(*qApp, Theme::light());
}

void PretrainPanelTest::init()
{
    m_home.emplace();
    m_panel = std::make_unique<PretrainPanel>(m_pool);
    m_notice = {};
    connect(m_panel.get(), &PretrainPanel::noticed, this,
            [this](const Notice& notice) { m_notice = notice; });
    m_panel->resize(1000, 800);
    m_panel->show();
    m_panel->details().resize(320, 800);
    m_panel->details().show();
    m_panel->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
}

void PretrainPanelTest::cleanup()
{
    m_panel.reset();
    m_home.reset();
}

void PretrainPanelTest::emptyFolderOffersFirstSteps()
{
    watch(0);
    QSignalSpy wanted(m_panel.get(), &PretrainPanel::newRunRequested);
    auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("emptyNewRun"));
    QVERIFY(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    QVERIFY(!table()->isVisible());
    // Beside both docks on a small screen there is not much room.
    QVERIFY(m_panel->minimumSizeHint().width() < 340);
}

void PretrainPanelTest::theNewestRunIsShown()
{
    FakeRun run(path("one"));
    run.train(30);
    run.validate(5);
    watch(1);
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(1));
    QVERIFY(table()->isVisible());
    QTRY_COMPARE(curves("loss"), std::size_t(2)); // train and valid
    QTRY_COMPARE(curves("steps"), std::size_t(2));
    QTRY_COMPARE(m_panel->curves().fullScale().high, 30.0);
    QCOMPARE(details("runStatus"), QStringLiteral("Running"));
}

void PretrainPanelTest::clickShowsARunAndCtrlClickTwo()
{
    FakeRun one(path("one")), two(path("two"));
    one.train(10);
    two.train(20);
    watch(2);
    click(QStringLiteral("one"));
    QTRY_COMPARE(curves("loss"), std::size_t(1));
    QTRY_COMPARE(m_panel->curves().fullScale().high, 10.0);
    click(QStringLiteral("two"), Qt::ControlModifier);
    QTRY_COMPARE(curves("loss"), std::size_t(2));
    QTRY_COMPARE(m_panel->curves().fullScale().high, 20.0);
    const auto& entries = m_panel->curves().pane(QStringLiteral("loss"))->entries();
    QVERIFY(entries[0].style != entries[1].style);
    QVERIFY(entries[0].style.dashes != entries[1].style.dashes);
}

void PretrainPanelTest::aRunKeepsItsColour()
{
    FakeRun one(path("one")), two(path("two"));
    one.train(10);
    two.train(10);
    watch(2);
    click(QStringLiteral("one"));
    click(QStringLiteral("two"), Qt::ControlModifier);
    const auto styleOf = [&](const char* name) {
        for (const CurveEntry& entry : m_panel->curves().pane(QStringLiteral("lr"))->entries()) {
            if (entry.name == QLatin1String(name))
                return entry.style;
        }
        return CurveStyle();
    };
    QTRY_COMPARE(curves("lr"), std::size_t(2));
    const CurveStyle before = styleOf("two");
    click(QStringLiteral("one"), Qt::ControlModifier);
    QTRY_COMPARE(curves("lr"), std::size_t(1));
    QCOMPARE(styleOf("two"), before);
}

void PretrainPanelTest::liveRunGrows()
{
    FakeRun run(path("one"));
    run.train(10);
    watch(1);
    QTRY_COMPARE(m_panel->curves().fullScale().high, 10.0);
    run.train(5);
    QTRY_COMPARE(m_panel->curves().fullScale().high, 15.0);
    QTRY_COMPARE(m_panel->curves().pane(QStringLiteral("loss"))->readingsAt(15).size(),
                 std::size_t(1));
}

void PretrainPanelTest::levelsAreThoseOfTheRun()
{
    auto config = *presetConfig("tiny");
    config.model.numNegatives = 4;
    FakeRun run(path("one"), config);
    run.train(10);
    watch(1);
    const auto& levels = m_panel->curves().pane(QStringLiteral("loss"))->references();
    QTRY_COMPARE(levels.size(), std::size_t(2));
    QCOMPARE(levels[0].value, 5.0);
    QVERIFY(std::abs(levels[1].value - 3.6096) < 1e-3);
}

void PretrainPanelTest::whatSomeMachinesMeasureHasPlotsThere()
{
    FakeRun plain(path("plain")), measured(path("measured"));
    plain.train(5);
    measured.train(5, true);
    watch(2);
    const auto shown = [&](const char* id) {
        return m_panel->curves().isShown(*m_panel->curves().pane(QLatin1String(id)));
    };
    const auto valueOf = [&](const char* id) {
        const auto readings = m_panel->curves().pane(QLatin1String(id))->readingsAt(5);
        return readings.empty() ? -1 : readings[0].value;
    };
    for (const auto& [id, value] : {std::pair("cpu", 25), std::pair("gpu", 50),
                                    std::pair("gpuMemory", 1), std::pair("gpuTemperature", 60)}) {
        click(QStringLiteral("plain"));
        QTRY_VERIFY2(curves("loss") == 1 && !shown(id), id);
        click(QStringLiteral("measured"));
        QTRY_VERIFY2(shown(id), id);
        QTRY_COMPARE(valueOf(id), double(value));
    }
}

void PretrainPanelTest::spacePausesAndContinues()
{
    FakeRun run(path("one"));
    run.train(3);
    watch(1);
    QTRY_VERIFY(m_panel->runs().run(0).status() == RunStatus::Running);
    table()->setFocus();
    QTRY_VERIFY(action(QStringLiteral("Pause"))->isEnabled());
    QTest::keyClick(table(), Qt::Key_Space);
    QTRY_VERIFY(pendingRequest(run.directory()) == RunRequest::Pause);
    run.setStatus(RunStatus::Paused);
    QTRY_VERIFY(action(QStringLiteral("Continue")));
    QTest::keyClick(table(), Qt::Key_Space);
    QTRY_VERIFY(pendingRequest(run.directory()) == RunRequest::Continue);
}

void PretrainPanelTest::stopAndSaveAsksTheTrainer()
{
    FakeRun run(path("one"));
    run.train(3);
    watch(1);
    QTRY_VERIFY(action(QStringLiteral("Stop and save"))->isEnabled());
    action(QStringLiteral("Stop and save"))->trigger();
    QTRY_VERIFY(pendingRequest(run.directory()) == RunRequest::Stop);
}

void PretrainPanelTest::actionsFitTheRun()
{
    FakeRun run(path("one"));
    run.train(3);
    watch(1);
    QTRY_VERIFY(action(QStringLiteral("Pause"))->isEnabled());
    QVERIFY(!action(QStringLiteral("Resume"))->isEnabled());
    QVERIFY(!action(QStringLiteral("Move to trash"))->isEnabled());
    run.fail("NaN", {});
    QTRY_VERIFY(action(QStringLiteral("Resume"))->isEnabled());
    QVERIFY(!action(QStringLiteral("Pause"))->isEnabled());
    QVERIFY(!action(QStringLiteral("Stop and save"))->isEnabled());
    QVERIFY(action(QStringLiteral("Move to trash"))->isEnabled());
}

void PretrainPanelTest::resumeAndDuplicateAreAskedFor()
{
    FakeRun run(path("one"));
    run.fail("NaN", {});
    watch(1);
    QSignalSpy resumes(m_panel.get(), &PretrainPanel::resumeRequested);
    QSignalSpy duplicates(m_panel.get(), &PretrainPanel::duplicateRequested);
    QTRY_VERIFY(action(QStringLiteral("Resume"))->isEnabled());
    action(QStringLiteral("Resume"))->trigger();
    action(QStringLiteral("Duplicate with changes…"))->trigger();
    QCOMPARE(resumes.count(), 1);
    QCOMPARE(duplicates.count(), 1);
}

void PretrainPanelTest::bestCheckpointOpens()
{
    FakeRun run(path("one"));
    run.train(3);
    run.saveCheckpoint("last.pt");
    run.saveCheckpoint("best.pt");
    watch(1);
    QSignalSpy opens(m_panel.get(), &PretrainPanel::checkpointRequested);
    QAction* open = action(QStringLiteral("Open best checkpoint in Inspect"));
    QTRY_VERIFY(open->isEnabled());
    open->trigger();
    QCOMPARE(opens[0][0].toString(), fromPath(run.path() / "checkpoints" / "best.pt"));
}

void PretrainPanelTest::checkpointsAreLinks()
{
    FakeRun run(path("one"));
    run.train(3);
    run.saveCheckpoint("step-000003.pt");
    run.saveCheckpoint("last.pt");
    watch(1);
    QTRY_VERIFY(details("runCheckpoints").contains(QLatin1String("last.pt")));
    QVERIFY(details("runCheckpoints").contains(QLatin1String("update 3")));
    QSignalSpy opens(m_panel.get(), &PretrainPanel::checkpointRequested);
    Q_EMIT m_panel->details()
        .findChild<QLabel*>(QStringLiteral("runCheckpoints"))
        ->linkActivated(QStringLiteral("step-000003.pt"));
    QCOMPARE(opens[0][0].toString(), fromPath(run.path() / "checkpoints" / "step-000003.pt"));
}

void PretrainPanelTest::failureNamesTheFiles()
{
    FakeRun run(path("one"));
    run.train(3);
    run.write(SkippedEvent{0, 1, "bad.flac", "it is empty"});
    run.fail("the loss is not a number", {"a.wav", "b.wav"});
    watch(1);
    QTRY_VERIFY(details("runMessages").contains(QLatin1String("a.wav")));
    for (const char* words : {"b.wav", "bad.flac: it is empty"})
        QVERIFY2(details("runMessages").contains(QLatin1String(words)), words);
    QVERIFY(details("runStatus").contains(QLatin1String("not a number")));
}

void PretrainPanelTest::nameTagsAndNotesAreWritten()
{
    FakeRun run(path("one"));
    watch(1);
    auto* name = m_panel->details().findChild<QLineEdit*>(QStringLiteral("runName"));
    QTRY_COMPARE(name->text(), QStringLiteral("one"));
    action(QStringLiteral("Rename"))->trigger();
    name->selectAll();
    QTest::keyClicks(name, QStringLiteral("First try"));
    auto* tags = m_panel->details().findChild<QLineEdit*>(QStringLiteral("runTags"));
    QTest::keyClicks(tags, QStringLiteral("warm-up, small"));
    auto* notes = m_panel->details().findChild<QPlainTextEdit*>(QStringLiteral("runNotes"));
    QTest::keyClicks(notes, QStringLiteral("two"));
    QTest::keyClick(notes, Qt::Key_Return);
    QTest::keyClicks(notes, QStringLiteral("lines"));
    const RunNotes wanted{"First try", "two\nlines", {"warm-up", "small"}};
    QTRY_VERIFY(*readNotes(run.directory()) == wanted);
    QTRY_COMPARE(m_panel->runs().index(0, 0).data().toString(), QStringLiteral("First try"));
}

void PretrainPanelTest::notesAreWrittenOnLeaving()
{
    FakeRun run(path("one"));
    watch(1);
    auto* name = m_panel->details().findChild<QLineEdit*>(QStringLiteral("runName"));
    QTRY_COMPARE(name->text(), QStringLiteral("one"));
    QTest::keyClicks(name, QStringLiteral(" and only"));
    m_panel.reset();
    QCOMPARE(readNotes(run.directory())->name, std::string("one and only"));
}

void PretrainPanelTest::ordersAreKeptInOrder()
{
    FakeRun run(path("one"));
    watch(1);
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(1));
    m_pool.setMaxThreadCount(2);
    for (int i = 0; i <= 50; ++i)
        m_panel->actions().setNotes(run.path(), {"note " + std::to_string(i), "", {}});
    auto* name = m_panel->details().findChild<QLineEdit*>(QStringLiteral("runName"));
    name->selectAll();
    QTest::keyClicks(name, QStringLiteral("the last word"));
    // Also of those that have not begun when the panel goes.
    m_panel.reset();
    QCOMPARE(readNotes(run.directory())->name, std::string("the last word"));
}

void PretrainPanelTest::settingsOfTwoRunsAreCompared()
{
    auto config = *presetConfig("tiny");
    const FakeRun one(path("one"), config);
    config.optimization.lr = 0.125;
    const FakeRun two(path("two"), config);
    watch(2);
    table()->setFocus();
    table()->selectAll();
    auto* settings = m_panel->details().findChild<QTableView*>(QStringLiteral("runSettings"));
    QTRY_COMPARE(settings->model()->columnCount(), 3);
    auto* only = m_panel->details().findChild<QAbstractButton*>(QStringLiteral("onlyDifferences"));
    only->click();
    QCOMPARE(settings->model()->rowCount(), 1);
    QCOMPARE(settings->model()->index(0, 0).data().toString(), QStringLiteral("optimization.lr"));
}

void PretrainPanelTest::theEndOfTheLogIsShownWhereARunFailed()
{
    FakeRun run(path("one"));
    run.train(3);
    std::ofstream log(run.directory().log());
    for (int i = 0; i < 100; ++i)
        log << "line " << i << '\n';
    log << "\x1b[31mno memory\x1b[0m" << std::endl;
    watch(1);
    auto* shown = m_panel->details().findChild<QPlainTextEdit*>(QStringLiteral("runLog"));
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(1));
    QVERIFY(!shown->isVisible()); // it still goes on
    run.fail("out of memory", {});
    QTRY_VERIFY(shown->isVisible());
    QVERIFY(shown->toPlainText().endsWith(QLatin1String("line 99\nno memory")));
    QVERIFY(!shown->toPlainText().contains(QLatin1String("line 10\n")));
    QVERIFY(shown->isReadOnly());
    QTextCursor end(shown->document());
    end.movePosition(QTextCursor::End);
    QTRY_VERIFY(shown->viewport()->rect().contains(shown->cursorRect(end).center()));
    // What is selected can be copied, and stays selected while the folder is looked at again.
    shown->setFocus();
    QTest::keyClick(shown, Qt::Key_Home, Qt::ShiftModifier);
    run.saveCheckpoint("late.pt");
    QTRY_VERIFY(details("runCheckpoints").contains(QLatin1String("late.pt")));
    QTest::keyClick(shown, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("no memory"));
    run.setStatus(RunStatus::Running); // resumed
    QTRY_VERIFY(!shown->isVisible());
}

void PretrainPanelTest::withoutReadingTheRunsAreKnown()
{
    FakeRun run(path("one"));
    run.train(7);
    m_panel->setReading(false);
    watch(1);
    QTRY_VERIFY(m_panel->runs().run(0).status() == RunStatus::Running);
    QVERIFY(m_panel->runs().run(0).liveHere());
    QVERIFY(m_panel->runs().run(0).history().updates.empty());
    QVERIFY(m_panel->selectedRuns().empty());
    m_panel->setReading(true);
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(1));
    QTRY_COMPARE(m_panel->runs().run(0).history().updates.rows(), std::size_t(7));
}

void PretrainPanelTest::trashAsksInTheMessageBar()
{
    FakeRun run(path("one"));
    run.finish();
    watch(1);
    QTRY_VERIFY(action(QStringLiteral("Move to trash"))->isEnabled());
    action(QStringLiteral("Move to trash"))->trigger();
    QVERIFY(m_notice.text.contains(QLatin1String("one")));
    QCOMPARE(m_notice.actions.size(), std::size_t(1));
    QVERIFY(std::filesystem::exists(run.path())); // nothing before the answer
}

void PretrainPanelTest::deleteMovesToTheTrash()
{
    // Nobody has thrown anything away yet, and nothing of anybody's is touched.
    const QTemporaryDir elsewhere;
    const QString data = elsewhere.filePath(QStringLiteral("data"));
    qputenv("XDG_DATA_HOME", QFile::encodeName(data));
    FakeRun run(path("one")), other(path("two"));
    for (FakeRun* one : {&run, &other})
        one->finish();
    watch(2);
    click(QStringLiteral("one"));
    QTRY_VERIFY(action(QStringLiteral("Move to trash"))->isEnabled());
    QTest::keyClick(table(), Qt::Key_Delete);
    QCOMPARE(m_notice.actions.size(), std::size_t(1));
    m_notice.actions[0].run();
    QTRY_COMPARE(m_panel->runs().rowCount(), 1);
    QVERIFY(!std::filesystem::exists(run.path()));
    QVERIFY(std::filesystem::exists(other.path()));
    QTRY_COMPARE(m_notice.text, QStringLiteral("Moved one to the trash."));
    QVERIFY(QFile::exists(data + QStringLiteral("/Trash/files/one/metrics.jsonl")));
    qunsetenv("XDG_DATA_HOME");
}

void PretrainPanelTest::aRunThatGoesOnIsNotThrownAway()
{
    FakeRun run(path("one"));
    run.finish();
    watch(1);
    QTRY_VERIFY(action(QStringLiteral("Move to trash"))->isEnabled());
    action(QStringLiteral("Move to trash"))->trigger();
    const auto answer = m_notice.actions[0].run;
    run.setStatus(RunStatus::Running);
    answer();
    QTRY_VERIFY(m_notice.text.contains(QLatin1String("trains again")));
    QVERIFY(std::filesystem::exists(run.path()));
}

void PretrainPanelTest::whatNobodyTouchedIsNotWritten()
{
    // Neither fits into its field as it is.
    FakeRun odd(path(" two\nlines "));
    QVERIFY(writeNotes(odd.directory(), {"", "one\r\ntwo\u00a0", {"a,b", " c"}}).ok());
    const RunNotes before = *readNotes(odd.directory());
    const FakeRun plain(path("plain"));
    watch(2);
    for (int row = 0; row < 2; ++row) {
        table()->setCurrentIndex(table()->model()->index(row, 0));
        QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(1));
        m_panel->details().commitNotes();
    }
    auto* notes = m_panel->details().findChild<QPlainTextEdit*>(QStringLiteral("runNotes"));
    m_panel->select({odd.path()});
    QTRY_VERIFY(notes->toPlainText().startsWith(QLatin1String("one")));
    auto* tags = m_panel->details().findChild<QLineEdit*>(QStringLiteral("runTags"));
    tags->setFocus();
    m_panel->details().findChild<QLineEdit*>(QStringLiteral("runName"))->setFocus();
    m_panel.reset();
    QVERIFY(*readNotes(odd.directory()) == before);
    QVERIFY(!std::filesystem::exists(plain.directory().notes()));
}

void PretrainPanelTest::aRunThatIsGoneHidesNoOther()
{
    FakeRun one(path("one"));
    one.train(5);
    m_panel->select({path("gone")});
    watch(1);
    QTRY_COMPARE(m_panel->selectedRuns(), std::vector{one.path()});
    // What comes after all is not jumped to.
    const FakeRun late(path("gone"));
    m_panel->searchNow();
    QTRY_COMPARE(m_panel->runs().rowCount(), 2);
    QCOMPARE(m_panel->selectedRuns(), std::vector{one.path()});
}

void PretrainPanelTest::aFolderThatCannotBeReadIsSaidOnce()
{
    QSignalSpy notices(m_panel.get(), &PretrainPanel::noticed);
    QFile file(m_home->filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    m_panel->setFolder(toPath(file.fileName()));
    QTRY_COMPARE(notices.count(), 1);
    for (int i = 0; i < 3; ++i) {
        m_panel->searchNow();
        QTest::qWait(20);
    }
    QCOMPARE(notices.count(), 1);
}

void PretrainPanelTest::hostileRunsAreShown()
{
    FakeRun run(path("<img src='x'>\n<b>bold</b>"));
    run.train(5);
    StartedEvent start;
    start.time = 1e300;
    start.host = std::string(100000, 'h') + "\n<i>";
    start.device = "<b>cpu</b>";
    run.write(start);
    UpdateEvent update;
    update.time = -1e300;
    update.update = 6;
    update.metrics.lossBits = 1e300;
    update.secondsLeft = 1e300;
    run.write(update);
    ValidEvent valid;
    valid.scores = {0, 1, std::vector<std::int64_t>(20000, std::int64_t(1) << 62), {1}};
    run.write(valid);
    for (int i = 0; i < 300; ++i)
        std::ofstream(run.directory().checkpoints() / ("step-" + std::to_string(1000 + i) + ".pt"));
    run.fail(std::string(200000, 'x') + "\n<b>end</b>", {std::string(100000, 'f')});
    watch(1);
    QTRY_VERIFY(details("runStatus").startsWith(QLatin1String("Failed at update 5: xxx")));
    QVERIFY(details("runStatus").size() < 1100);
    QVERIFY(details("runMessages").size() < 1100);
    QVERIFY(details("runCheckpoints").contains(QLatin1String("step-1299.pt")));
    QVERIFY(details("runCheckpoints").contains(QLatin1String("and 260 more")));
    const QModelIndex name = m_panel->runs().index(0, RunsModel::Name);
    QVERIFY(!name.data().toString().contains(QLatin1Char('\n')));
    QVERIFY(!name.data(Qt::ToolTipRole).toString().contains(QLatin1String("<img")));
    for (int column = 0; column < RunsModel::kColumns; ++column)
        QVERIFY(m_panel->runs().index(0, column).data().toString().size() < 250);
    CurveSettings settings = m_panel->curves().settings();
    for (const CurveAxis axis : kCurveAxes) {
        settings.axis = axis;
        m_panel->curves().setSettings(settings);
        QVERIFY(!m_panel->curves().render({800, 600}, 1).isNull());
    }
}

void PretrainPanelTest::tensorBoardGetsAFile()
{
    FakeRun run(path("one"));
    run.train(5);
    watch(1);
    QTRY_VERIFY(action(QStringLiteral("Export for TensorBoard…"))->isEnabled());
    action(QStringLiteral("Export for TensorBoard…"))->trigger();
    auto* dialog = m_panel->findChild<QFileDialog*>();
    QVERIFY(dialog);
    QVERIFY(QDir(m_home->path()).mkdir(QStringLiteral("events")));
    dialog->setDirectory(m_home->filePath(QStringLiteral("events")));
    QTest::keyClick(dialog, Qt::Key_Return);
    const QDir events(m_home->filePath(QStringLiteral("events")));
    QTRY_COMPARE(events.entryList({QStringLiteral("events.out.tfevents.*")}).size(), 1);
    QTRY_VERIFY(m_notice.text.contains(events.path()));
    QVERIFY(m_notice.severity == Severity::Info);
}

void PretrainPanelTest::csvHasEveryUpdate()
{
    FakeRun run(path("one"));
    run.train(25);
    watch(1);
    const QString file = m_home->filePath(QStringLiteral("out.csv"));
    m_panel->actions().exportCsv(run.path(), file);
    QTRY_VERIFY(QFile::exists(file));
    QFile csv(file);
    QVERIFY(csv.open(QIODevice::ReadOnly));
    QCOMPARE(csv.readAll().count('\n'), 26);
}

void PretrainPanelTest::picturesAreWritten()
{
    FakeRun run(path("one"));
    run.train(25);
    watch(1);
    QTRY_COMPARE(m_panel->curves().fullScale().high, 25.0);
    for (const char* name : {"curves.png", "curves.pdf"}) {
        const QString file = m_home->filePath(QLatin1String(name));
        m_panel->savePicture(file);
        QTRY_COMPARE(m_notice.text, QStringLiteral("Saved %1").arg(file));
        QVERIFY(QFile(file).size() > 2000);
    }
    m_panel->savePicture(m_home->filePath(QStringLiteral("curves.bmp")));
    QVERIFY(m_notice.severity == Severity::Error);
    m_panel->savePicture(m_home->filePath(QStringLiteral("no/such/folder.png")));
    QTRY_VERIFY(m_notice.text.contains(QLatin1String("folder.png")));
    QVERIFY(m_notice.severity == Severity::Error);
}

void PretrainPanelTest::smoothingByKeysAndSlider()
{
    FakeRun run(path("one"));
    run.train(5);
    watch(1);
    const double before = m_panel->curves().settings().smoothing;
    m_panel->curves().setFocus();
    QTest::keyClick(&m_panel->curves(), Qt::Key_BracketRight);
    const double more = m_panel->curves().settings().smoothing;
    QVERIFY(more > before);
    auto* slider = m_panel->findChild<QSlider*>(QStringLiteral("smoothing"));
    slider->setValue(0);
    QCOMPARE(m_panel->curves().settings().smoothing, 0.0);
    QTest::keyClick(&m_panel->curves(), Qt::Key_Y);
    QVERIFY(m_panel->curves().settings().logY);
}

void PretrainPanelTest::sessionComesBack()
{
    FakeRun one(path("one")), two(path("two"));
    one.train(5);
    two.train(5);
    watch(2);
    table()->selectAll();
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(2));
    CurveSettings settings = m_panel->curves().settings();
    settings.axis = CurveAxis::Wall;
    settings.smoothing = 200;
    m_panel->curves().setSettings(settings);
    const QByteArray state = m_panel->saveState();

    m_panel = std::make_unique<PretrainPanel>(m_pool);
    m_panel->restoreState(state);
    watch(2);
    QTRY_COMPARE(m_panel->selectedRuns().size(), std::size_t(2));
    QCOMPARE(m_panel->curves().settings(), settings);
    m_panel->restoreState("garbage");
}

void PretrainPanelTest::aRunThatGoesLeavesTheRest()
{
    FakeRun one(path("one")), two(path("two"));
    one.train(5);
    two.train(7);
    watch(2);
    table()->selectAll();
    QTRY_COMPARE(curves("loss"), std::size_t(2));
    std::filesystem::remove_all(one.path());
    QTRY_COMPARE(m_panel->runs().rowCount(), 1);
    QTRY_COMPARE(curves("loss"), std::size_t(1));
    m_panel->curves().render({800, 600}, 1);
}

QTEST_MAIN(PretrainPanelTest)
#include "tst_pretrain_panel.moc"
