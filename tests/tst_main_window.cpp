#include "app/engine/engine_module.h"
#include "app/pretrain/pretrain_workspace.h"
#include "app/recording/inspect_workspace.h"
#include "app/recording/waiting_view.h"
#include "app/window/main_window.h"
#include "app/window/settings_dialog.h"
#include "app/window/theme_keeper.h"
#include "core/run/run_control.h"
#include "tests/support/fake_engine.h"
#include "tests/support/fake_run.h"
#include "tests/support/sound_card.h"
#include "tests/support/sounds.h"
#include "widgets/curves/curve_grid.h"
#include "widgets/pretrain/new_run_form.h"
#include "widgets/record/record_panel.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/export_dialog.h"
#include "widgets/shell/message_bar.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <sndfile.h>

using namespace phono;
using namespace phono::test;

namespace {

/// The window with its store and engines, as one user has it.
class User {
public:
    explicit User(const QString& folder)
        : m_store(folder + QStringLiteral("/settings.ini"), QSettings::IniFormat)
    {
        demo = {folder + QStringLiteral("/demo.wav"),
                QStringLiteral(PHONO_TEST_DATA "/golden/08_formats/zip_args.pt")};
        m_store.setValue(QStringLiteral("runsFolder"), folder + QStringLiteral("/runs"));
    }

    MainWindow& start(const StartUp& what = {})
    {
        window = std::make_unique<MainWindow>(engines, m_store, demo);
        window->show();
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get()))
            qFatal("the window does not become active");
        window->start(what);
        return *window;
    }
    void quit()
    {
        window->close();
        window.reset();
    }

    InspectWorkspace& inspect() const
    {
        return dynamic_cast<InspectWorkspace&>(window->workspace());
    }
    RecordingPage* page() const { return inspect().currentPage(); }
    MessageBar& messages() const { return *window->findChild<MessageBar*>(); }
    bool settled() const
    {
        return page() && page()->loader().state() == DocumentLoader::State::Ready
            && !page()->loader().busy() && window->models().model();
    }
    QAction* action(const char* text) const
    {
        for (const Command& command : commandsOf(*window->menuBar())) {
            if (command.text == QString::fromUtf8(text))
                return command.action;
        }
        return nullptr;
    }
    QString status(const char* name) const
    {
        return window->findChild<QLabel*>(QLatin1String(name))->text();
    }

    FakeEngineSource engines;
    Demo demo;
    std::unique_ptr<MainWindow> window;

private:
    QSettings m_store;
};

} // namespace

class MainWindowTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_device.emplace(m_sounds.path().toStdString());
        for (const char* name : {"demo.wav", "one.wav", "two.wav"}) {
            writeSound(sound(name).toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, kModelRate, 1,
                       noise(kModelRate));
        }
        writeSound(sound("stereo.wav").toStdString(), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2,
                   noise(2 * 44100));
        writeBytes(sound("bad.pt").toStdString(), "not a checkpoint");
    }
    void init()
    {
        m_home.emplace();
        QFile::copy(sound("demo.wav"), m_home->filePath(QStringLiteral("demo.wav")));
        user.emplace(m_home->path());
    }
    void cleanup() { user.reset(); }

    void theFirstStartShowsTheDemo()
    {
        user->start();
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->page()->title(), QStringLiteral("demo.wav"));
        QVERIFY(user->page()->document().feature(QStringLiteral("c")).complete());
        const auto* label = user->window->findChild<QToolButton*>(QStringLiteral("modelLabel"));
        QVERIFY(label->text().contains(QLatin1String("demo model")));
        QVERIFY(label->text().contains(QLatin1String("CPU")));
        QVERIFY(user->status("facts").contains(QLatin1String("98 frames")));
        QCOMPARE(user->window->windowTitle(), QStringLiteral("demo.wav — Phonoscope"));
    }

    void argumentsAreOpenedAsTabs()
    {
        user->start({{sound("one.wav"), sound("two.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->inspect().count(), 2);
        QCOMPARE(user->page()->title(), QStringLiteral("two.wav"));
        QCOMPARE(user->page()->timeAxis().duration(), 1.0);
    }

    void theSameRecordingIsOpenedOnce()
    {
        user->start({{sound("one.wav"), sound("two.wav"), sound("one.wav")}, {}});
        QCOMPARE(user->inspect().count(), 2);
        QCOMPARE(user->page()->title(), QStringLiteral("one.wav"));
    }

    void onlyTheTabInViewIsRead()
    {
        user->start({{sound("one.wav"), sound("two.wav")}, {}});
        user->quit();
        user->start();
        QTRY_VERIFY(user->settled());
        auto* tabs = user->window->findChild<QTabWidget*>(QStringLiteral("recordingTabs"));
        auto* other = static_cast<RecordingPage*>(tabs->widget(0));
        QVERIFY(other->loader().state() == DocumentLoader::State::Empty);
        tabs->setCurrentIndex(0);
        QTRY_VERIFY(user->settled());
        QVERIFY(other->document().feature(QStringLiteral("z")).complete());
    }

    void theSessionComesBack()
    {
        user->start({{sound("one.wav"), sound("two.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->page()->timeAxis().setVisible({0.25, 0.5});
        user->window->findChild<QDockWidget*>(QStringLiteral("libraryDock"))->hide();
        user->quit();

        user->start();
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->inspect().count(), 2);
        QCOMPARE(user->page()->title(), QStringLiteral("two.wav"));
        QCOMPARE(user->page()->timeAxis().visible(), (TimeRange{0.25, 0.5}));
        QVERIFY(user->window->findChild<QDockWidget*>(QStringLiteral("libraryDock"))->isHidden());
        QCOMPARE(user->window->models().path(), user->demo.checkpoint);
        user->action("Reset layout")->trigger();
        QVERIFY(!user->window->findChild<QDockWidget*>(QStringLiteral("libraryDock"))->isHidden());
    }

    void whatAnArgumentOpensLeavesTheRestOfTheSession()
    {
        user->start({{sound("one.wav"), sound("two.wav")}, {}});
        QTRY_VERIFY(user->settled());
        auto* record = user->window->findChild<RecordPanel*>();
        record->setFormat(TakeFormat::Flac);
        record->setPreRoll(true);
        user->quit();

        user->start({{sound("two.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->inspect().count(), 1);
        record = user->window->findChild<RecordPanel*>();
        QVERIFY(record->format() == TakeFormat::Flac);
        QVERIFY(record->preRoll());
    }

    void aSessionWithoutRecordingsStaysEmpty()
    {
        user->start({{sound("one.wav")}, {}});
        user->action("Close recording")->trigger();
        user->quit();
        user->start();
        QCOMPARE(user->inspect().count(), 0);
    }

    void aMissingRecordingIsAMessageNotAnEnd()
    {
        user->start({{sound("gone.wav")}, {}});
        // The word about the demo's model may come before or after.
        QTRY_VERIFY(user->messages().count() > 0
                    && user->messages().current().severity == Severity::Error);
        QVERIFY(user->messages().current().text.contains(QLatin1String("gone.wav")));
        user->window->openFiles({sound("one.wav")});
        QTRY_VERIFY(user->settled());
    }

    void whatWasDoneToTheAudioIsSaid()
    {
        user->start({{sound("stereo.wav")},
                     QStringLiteral(PHONO_TEST_DATA "/golden/08_formats/zip_parameters.pt")});
        QTRY_VERIFY(user->settled());
        QVERIFY(user->messages().count() > 0);
        QVERIFY2(user->messages().current().text.contains(QLatin1String("44.1")),
                 qPrintable(user->messages().current().text));
    }

    void aBadCheckpointSaysWhyAndOffersAnother()
    {
        user->start({{sound("one.wav")}, sound("bad.pt")});
        QTRY_VERIFY(user->messages().count() > 0);
        const Notice notice = user->messages().current();
        QVERIFY(notice.text.contains(QLatin1String("bad.pt")));
        QCOMPARE(notice.actions.size(), std::size_t(2));
        notice.actions[1].run();
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->window->models().path(), user->demo.checkpoint);
    }

    void anEngineThatCannotBeMadeSaysWhy()
    {
        user->engines.control.createError = "no such device: cuda:7";
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->messages().count() > 0);
        QVERIFY(user->messages().current().text.contains(QLatin1String("cuda:7")));
        QVERIFY(!user->page()->document().modelComing());
    }

    void droppedFilesOpenAsWhatTheyAre()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        const QString other =
            QStringLiteral(PHONO_TEST_DATA "/golden/08_formats/zip_parameters.pt");
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(sound("two.wav")), QUrl::fromLocalFile(other)});
        drop(mime);
        QTRY_COMPARE(user->window->models().path(), other);
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->inspect().count(), 2);
    }

    void aCheckpointThatIsBeingReadIsNamed()
    {
        user->start({{sound("one.wav")}, {}});
        const auto* label = user->window->findChild<QToolButton*>(QStringLiteral("modelLabel"));
        QVERIFY2(label->text().startsWith(QLatin1String("Reading")), qPrintable(label->text()));
        QVERIFY(user->page()->document().modelComing());
        QTRY_VERIFY(user->settled());
    }

    void anotherCheckpointComputesAnew()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->engines.control.extractions.load(), 1);
        user->window->useCheckpoint(
            QStringLiteral(PHONO_TEST_DATA "/golden/08_formats/zip_parameters.pt"));
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->engines.control.extractions.load(), 2);
        QCOMPARE(user->page()->document().modelTitle(), QStringLiteral("zip_parameters.pt"));
    }

    void computingIsShownAndCanBeStopped()
    {
        user->engines.control.held = true;
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->engines.control.waiting);
        QTRY_VERIFY(!user->status("activityText").isEmpty());
        auto* stop = user->window->findChild<QToolButton*>(QStringLiteral("activityStop"));
        QTRY_VERIFY(stop->isVisible());
        QTest::mouseClick(stop, Qt::LeftButton);
        QVERIFY(!stop->isVisible());
        user->engines.control.held = false;
        QVERIFY(user->action("Compute features")->isEnabled());
        user->action("Compute features")->trigger();
        QTRY_VERIFY(user->settled());
        QVERIFY(user->page()->document().feature(QStringLiteral("c")).complete());
    }

    void closingWhileComputingEndsAtOnce()
    {
        user->engines.control.held = true;
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->engines.control.waiting);
        user->action("Close recording")->trigger();
        QCOMPARE(user->inspect().count(), 0);
        user->window->openFiles({sound("two.wav")});
        QTRY_VERIFY(user->page()->document().hasAudio());
        user->quit();
    }

    void spacePlaysAndStops()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->page()->timeAxis().setLoop(true);
        user->page()->takeFocus();
        QTest::keyClick(focus(), Qt::Key_Space);
        QTRY_VERIFY(user->page()->timeAxis().playHead().value_or(0) > 0);
        QTest::keyClick(focus(), Qt::Key_Space);
        QVERIFY(user->page()->timeAxis().playHead().has_value());
        QVERIFY(user->action("Play")->isEnabled());
    }

    void aRecordingJustOpenedHasTheKeys()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QVERIFY(user->page()->inspect().isAncestorOf(focus()));
        user->window->openFiles({sound("two.wav")});
        QTRY_VERIFY(user->settled());
        QVERIFY(user->page()->inspect().isAncestorOf(focus()));
        user->action("Close recording")->trigger();
        QVERIFY(user->page()->inspect().isAncestorOf(focus()));
    }

    void noLetterActsWhileATextFieldHasTheFocus()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        auto* search = user->window->findChild<QLineEdit*>(QStringLiteral("librarySearch"));
        search->setFocus();
        QTest::keyClicks(search, QStringLiteral("l sfazrm"));
        QCOMPARE(search->text(), QStringLiteral("l sfazrm"));
        QVERIFY(!user->page()->timeAxis().loop());
        QVERIFY(!user->page()->timeAxis().playHead());
    }

    void lettersActWhereverTheFocusIs()
    {
        user->start({{sound("one.wav"), sound("two.wav")}, {}});
        QTRY_VERIFY(user->settled());
        auto* list = user->window->findChild<QListView*>(QStringLiteral("recentRecordings"));
        list->setFocus();
        TimeAxis& time = user->page()->timeAxis();
        time.setVisible({0.25, 0.5});
        QTest::keyClick(list, Qt::Key_F);
        QCOMPARE(time.visible(), (TimeRange{0, 1}));
        QTest::keyClick(list, Qt::Key_A);
        QVERIFY(user->action("Fit waveform to its peak")->isChecked());
        QTest::keyClick(list, Qt::Key_Z);
        QVERIFY(user->action("Z-score of each dimension")->isChecked());
        // The list keeps what it moves by.
        time.setVisible({0.25, 0.5});
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(time.visible(), (TimeRange{0.25, 0.5}));
    }

    void loopActsOnWhatIsPlaying()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        TimeAxis& time = user->page()->timeAxis();
        user->page()->takeFocus();
        QTest::keyClick(focus(), Qt::Key_Space);
        QTRY_VERIFY(time.playHead().value_or(0) > 0.1);
        QTest::keyClick(focus(), Qt::Key_L);
        QTRY_VERIFY(time.playHead().value_or(0) > 0.6);
        QTRY_VERIFY(time.playHead().value_or(1) < 0.4); // it began anew
        QTest::keyClick(focus(), Qt::Key_L);
        QTRY_VERIFY(!time.playHead());
    }

    void lLoops()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->page()->takeFocus();
        QTest::keyClick(focus(), Qt::Key_L);
        QVERIFY(user->page()->timeAxis().loop());
    }

    void exportWritesWhatIsShown()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->action("Export features…")->trigger();
        auto* dialog = user->window->findChild<ExportDialog*>();
        QVERIFY(dialog);
        const QString folder = m_home->filePath(QStringLiteral("out"));
        dialog->findChild<QLineEdit*>(QStringLiteral("exportFolder"))->setText(folder);
        auto* features = dialog->findChild<QListWidget*>(QStringLiteral("exportFeatures"));
        QCOMPARE(features->count(), 3);
        features->item(2)->setCheckState(Qt::Checked); // enc0, which has to be computed
        auto* start = dialog->findChild<QPushButton*>(QStringLiteral("exportStart"));
        start->click();
        QTRY_VERIFY(!dialog->running());
        const QString z = folder + QStringLiteral("/one.z.csv");
        for (const QString& path :
             {z, folder + QStringLiteral("/one.c.csv"), folder + QStringLiteral("/one.enc0.csv"),
              z + QStringLiteral(".json")})
            QVERIFY2(QFile::exists(path), qPrintable(path));
        const auto lines =
            QString::fromStdString(readBytes(z.toStdString())).split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 1 + 98 + 1);
        const float first = asFloats(noise(1))[0];
        QCOMPARE(lines[1].split(QLatin1Char(','))[3].toFloat(), first);

        start->click(); // there are files now: asks
        QVERIFY(!dialog->running());
        QCOMPARE(start->text(), QStringLiteral("Replace files"));
        start->click();
        QTRY_VERIFY(!dialog->running());
        QVERIFY(dialog->findChild<QLabel*>(QStringLiteral("exportNote"))
                    ->text()
                    .startsWith(QLatin1String("Wrote")));
    }

    void exportIsAlsoACommandLine()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->action("Export features…")->trigger();
        auto* dialog = user->window->findChild<ExportDialog*>();
        dialog->findChild<QLineEdit*>(QStringLiteral("exportFolder"))
            ->setText(QStringLiteral("/tmp/it's"));
        auto* format = dialog->findChild<QComboBox*>(QStringLiteral("exportFormat"));
        format->setCurrentIndex(format->findData(static_cast<int>(ExportFormat::Npy)));
        dialog->findChild<QPushButton*>(QStringLiteral("exportCopy"))->click();
        const QString line = QApplication::clipboard()->text();
        for (const QString& part :
             {QStringLiteral("phonoscope-cli extract"), QStringLiteral("'/tmp/it'\\''s'"),
              QStringLiteral("npy"), sound("one.wav"), user->demo.checkpoint})
            QVERIFY2(line.contains(part), qPrintable(line));
    }

    void exportCanBeStopped()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->engines.control.held = true;
        user->action("Export features…")->trigger();
        auto* dialog = user->window->findChild<ExportDialog*>();
        const QString folder = m_home->filePath(QStringLiteral("out"));
        dialog->findChild<QLineEdit*>(QStringLiteral("exportFolder"))->setText(folder);
        dialog->findChild<QListWidget*>(QStringLiteral("exportFeatures"))
            ->item(2)
            ->setCheckState(Qt::Checked);
        auto* start = dialog->findChild<QPushButton*>(QStringLiteral("exportStart"));
        start->click();
        QTRY_VERIFY(user->engines.control.waiting);
        start->click();
        QVERIFY(!dialog->running());
        user->quit();
        QVERIFY(QDir(folder).entryList(QDir::Files | QDir::Hidden).isEmpty());
    }

    void anExportNamesTheRecordingItIsMadeOf()
    {
        const QString path = m_home->filePath(QStringLiteral("mine.wav"));
        QFile::copy(sound("one.wav"), path);
        user->start({{path}, {}});
        QTRY_VERIFY(user->settled());
        QVERIFY(user->page()->document().audio().sha256.empty());
        user->action("Export features…")->trigger();
        auto* dialog = user->window->findChild<ExportDialog*>();
        const QString folder = m_home->filePath(QStringLiteral("out"));
        dialog->findChild<QLineEdit*>(QStringLiteral("exportFolder"))->setText(folder);
        auto* start = dialog->findChild<QPushButton*>(QStringLiteral("exportStart"));
        start->click();
        QTRY_VERIFY(!dialog->running());
        const auto hash = sha256OfFile(path.toStdString());
        const std::string sidecar = readBytes(folder.toStdString() + "/mine.z.csv.json");
        QVERIFY(sidecar.find(*hash) != std::string::npos);

        // Another file in its place is not what z and c were computed from.
        QVERIFY(QDir(folder).removeRecursively());
        QFile file(path);
        QVERIFY(file.open(QIODevice::Append) && file.write("more") == 4);
        file.close();
        start->click();
        QTRY_VERIFY(!dialog->running());
        const QString note = dialog->findChild<QLabel*>(QStringLiteral("exportNote"))->text();
        QVERIFY2(note.contains(QLatin1String("has changed")), qPrintable(note));
        QVERIFY(QDir(folder).entryList(QDir::Files | QDir::Hidden).isEmpty());
    }

    void settingsMakeANewEngine()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        user->action("Settings…")->trigger();
        auto* dialog = user->window->findChild<SettingsDialog*>();
        auto* precision = dialog->findChild<QComboBox*>(QStringLiteral("settingsPrecision"));
        precision->setCurrentIndex(precision->findData(QStringLiteral("bf16x3")));
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
        QTRY_COMPARE(user->engines.control.created.load(), 2);
        QCOMPARE(user->engines.control.options.precision, std::string("bf16x3"));
        QTRY_VERIFY(user->settled());
        user->quit();
        user->start();
        QCOMPARE(user->window->settings().settings().engine.precision, std::string("bf16x3"));
    }

    void aGrowingRecordingIsInViewWithItsWholeLength()
    {
        user->start({{sound("one.wav")}, {}});
        grow(10);
        QVERIFY(user->page()->inspect().isVisible());
        QCOMPARE(user->page()->timeAxis().visible(), (TimeRange{0, 10}));
        QVERIFY(user->page()->inspect().isAncestorOf(focus()));
        QVERIFY(!user->action("Play")->isEnabled());
        user->page()->timeAxis().setSelection(TimeRange{0.25, 0.5});
        grow(12); // it is longer than the header said
        QCOMPARE(user->page()->timeAxis().visible(), (TimeRange{0, 12}));
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->page()->timeAxis().visible(), (TimeRange{0, 1}));
        QCOMPARE(user->page()->timeAxis().selection(), std::optional(TimeRange{0.25, 0.5}));
        QVERIFY(user->action("Play")->isEnabled());
    }

    void aRecordingThatFailsWhileItGrowsLeavesNothing()
    {
        user->start({{sound("gone.wav")}, {}});
        grow(10);
        QTRY_VERIFY(user->page()->loader().state() == DocumentLoader::State::Failed);
        QVERIFY(!user->page()->inspect().isVisible());
        QVERIFY(user->page()->findChild<WaitingView*>()->isVisible());
        QCOMPARE(user->page()->timeAxis().duration(), 0.0);
        QVERIFY(user->status("facts").isEmpty());
    }

    void readingCanBeStoppedAndTakenUpAgain()
    {
        user->start({{sound("one.wav")}, {}});
        grow(10);
        user->inspect().stop();
        auto* waiting = user->page()->findChild<WaitingView*>();
        QVERIFY(waiting->isVisible());
        QVERIFY(waiting->findChild<QLabel*>()->text().contains(QLatin1String("stopped")));
        QCOMPARE(user->messages().count(), 0);
        QTest::mouseClick(waiting->findChild<QPushButton*>(), Qt::LeftButton);
        QTRY_VERIFY(user->settled());
        QVERIFY(user->page()->inspect().isVisible());
    }

    void aRecordingThatFailedCanBeTriedAgain()
    {
        const QString path = m_home->filePath(QStringLiteral("later.wav"));
        user->start({{path}, {}});
        QTRY_VERIFY(user->page()->loader().state() == DocumentLoader::State::Failed);
        QFile::copy(sound("one.wav"), path);
        QTest::mouseClick(user->page()->findChild<WaitingView*>()->findChild<QPushButton*>(),
                          Qt::LeftButton);
        QTRY_VERIFY(user->settled());
    }

    void themeFollowsTheSetting()
    {
        user->start({{sound("one.wav")}, {}});
        const ThemeKeeper keeper(user->window->settings(), ThemeChoice::Light);
        QVERIFY(!Theme::of(QApplication::palette()).dark);
        user->action("Dark")->trigger();
        QVERIFY(Theme::of(QApplication::palette()).dark);
        user->action("Light")->trigger();
        QVERIFY(!Theme::of(QApplication::palette()).dark);
    }

    void everyActionIsInThePaletteAndHasItsOwnKey()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QMap<QString, QString> keys;
        for (const Command& command : commandsOf(*user->window->menuBar())) {
            for (const QKeySequence& key : command.action->shortcuts()) {
                QVERIFY2(!keys.contains(key.toString()),
                         qPrintable(key.toString() + QStringLiteral(": ") + command.text
                                    + QStringLiteral(" and ") + keys.value(key.toString())));
                keys.insert(key.toString(), command.text);
            }
        }
        for (const char* key : {"Space",  "S",      "L",      "F",      "F1",
                                "F2",     "F11",    "Ctrl+O", "Ctrl+P", "Ctrl+Shift+P",
                                "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+E", "Home",
                                "End",    "PgUp",   "PgDown", "Left",   "Right",
                                "Up",     "Down"})
            QVERIFY2(keys.contains(QLatin1String(key)), key);
        user->action("Command palette")->trigger();
        QVERIFY(user->window->findChild<CommandPalette*>());
    }

    void pretrainHasItsOwnMenusAndKeys()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        QVERIFY(!user->action("New run…"));
        pretrain();
        QVERIFY(user->action("New run…"));
        QVERIFY(!user->action("Export features…"));
        QMap<QString, QString> keys;
        for (const Command& command : commandsOf(*user->window->menuBar())) {
            for (const QKeySequence& key : command.action->shortcuts()) {
                QVERIFY2(!keys.contains(key.toString()),
                         qPrintable(key.toString() + QStringLiteral(": ") + command.text));
                keys.insert(key.toString(), command.text);
            }
        }
        QTest::keyClick(user->window.get(), Qt::Key_1, Qt::ControlModifier | Qt::AltModifier);
        QVERIFY(user->action("Export features…"));
    }

    void aRecordingOpensInInspectFromAnywhere()
    {
        user->start({{sound("one.wav")}, {}});
        pretrain();
        user->window->openFiles({sound("two.wav")});
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->inspect().count(), 2);
    }

    void aTakeWaitsInInspectUntilItIsLookedAt()
    {
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        PretrainWorkspace& elsewhere = pretrain();
        QCOMPARE(user->window->windowTitle(), QStringLiteral("Phonoscope"));
        const auto* inspect = user->window->findChild<InspectWorkspace*>();
        Q_EMIT elsewhere.recordingWanted(sound("two.wav"), false);
        QCOMPARE(inspect->count(), 2);
        QCOMPARE(&user->window->workspace(), &elsewhere);
        QCOMPARE(user->window->windowTitle(), QStringLiteral("Phonoscope"));
        const auto& loader = inspect->currentPage()->loader();
        QTest::qWait(200);
        QVERIFY(loader.state() == DocumentLoader::State::Empty);
        QTest::keyClick(user->window.get(), Qt::Key_1, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(user->window->windowTitle(), QStringLiteral("two.wav — Phonoscope"));
        QTRY_VERIFY(loader.state() == DocumentLoader::State::Ready);
        Q_EMIT elsewhere.recordingWanted(sound("one.wav"), true);
        QCOMPARE(user->window->windowTitle(), QStringLiteral("one.wav — Phonoscope"));
    }

    void theSessionComesBackToTheRuns()
    {
        FakeRun one(runs() / "one"), two(runs() / "two");
        one.train(5);
        two.train(9);
        one.finish();
        two.finish();
        user->start({{sound("one.wav")}, {}});
        PretrainWorkspace& workspace = pretrain();
        QTRY_COMPARE(workspace.panel().runs().rowCount(), 2);
        workspace.panel().select({one.path(), two.path()});
        CurveSettings settings = workspace.panel().curves().settings();
        settings.axis = CurveAxis::Epoch;
        workspace.panel().curves().setSettings(settings);
        user->quit();
        user->start();
        auto& again = dynamic_cast<PretrainWorkspace&>(user->window->workspace());
        QTRY_COMPARE(again.panel().selectedRuns().size(), std::size_t(2));
        QVERIFY(again.panel().curves().settings().axis == CurveAxis::Epoch);
        QTRY_VERIFY(!user->status("facts").isEmpty());
    }

    void aCheckpointOfARunOpensInInspect()
    {
        FakeRun run(runs() / "one");
        QVERIFY(QFile::copy(user->demo.checkpoint,
                            fromPath(run.directory().checkpoints() / "best.pt")));
        run.finish();
        user->start({{sound("one.wav")}, {}});
        pretrain();
        QTRY_VERIFY(user->action("Open best checkpoint in Inspect")->isEnabled());
        user->action("Open best checkpoint in Inspect")->trigger();
        QTRY_VERIFY(user->settled());
        QCOMPARE(user->window->models().path(),
                 fromPath(run.directory().checkpoints() / "best.pt"));
    }

    void aRunIsStartedAndAskedAboutOnClosing()
    {
        user->start({{sound("one.wav")}, {}});
        PretrainWorkspace& workspace = pretrain();
        workspace.setTrainer(trainer());
        user->action("New run…")->trigger();
        NewRunForm& form = workspace.form();
        QVERIFY(workspace.formShown() && form.isVisible());
        form.findChild<QLineEdit*>(QStringLiteral("runData"))->setText(m_sounds.path());
        form.findChild<QLineEdit*>(QStringLiteral("newRunName"))->setText(QStringLiteral("mine"));
        form.findChild<QPushButton*>(QStringLiteral("startRun"))->click();
        const auto path = runs() / "mine";
        // What the trainer says is in the log.
        const auto log = [&] {
            QFile file(fromPath(path / "log.txt"));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_VERIFY(log().startsWith("train --config "));
        QTRY_VERIFY(!workspace.formShown());
        QVERIFY(readTrainingConfig(path / "config.toml")->task.data
                == m_sounds.path().toStdString());

        FakeRun run(path, *readTrainingConfig(path / "config.toml"));
        run.train(3);
        QTRY_VERIFY(workspace.panel().runs().find(path)
                    && workspace.panel().runs().find(path)->live());
        QVERIFY(!user->window->close());
        answer("cancelClosing");
        QTest::qWait(1);
        QVERIFY(user->window->isVisible());
        QVERIFY(!user->window->close());
        answer("stopAndSave");
        QVERIFY(!user->window->isVisible());
        QVERIFY(pendingRequest(run.directory()) == RunRequest::Stop);
    }

    void runsStartedInAShellAreAskedAboutToo()
    {
        FakeRun here(runs() / "here"), elsewhere(runs() / "elsewhere"), ended(runs() / "ended");
        for (FakeRun* run : {&here, &elsewhere})
            run->train(3);
        ended.finish();
        ProcessIdentity far = thisProcess();
        far.host = "another-machine";
        QVERIFY(writeState(elsewhere.directory(), {far, RunStatus::Running, 3, 0}).ok());
        user->start({{sound("one.wav")}, {}});
        // Nobody has looked at the runs, and there is a question all the same.
        auto* list = user->window->findChild<QListView*>(QStringLiteral("runs"));
        QTRY_COMPARE(list->model()->rowCount(), 3);
        QTRY_VERIFY(!user->window->close());
        auto* sheet = user->window->findChild<QDialog*>(QStringLiteral("closingSheet"));
        QVERIFY(sheet);
        QCOMPARE(sheet->windowTitle(), QStringLiteral("here is still training"));
        answer("keepRunning");
        QVERIFY(!user->window->isVisible());
        QVERIFY(pendingRequest(here.directory()) == RunRequest::Continue);
    }

    void manyRunsAreAskedAboutAtOnce()
    {
        std::vector<std::unique_ptr<FakeRun>> many;
        for (const char* name : {"a", "b", "c", "d", "e", "f"})
            many.push_back(std::make_unique<FakeRun>(runs() / name));
        user->start({{sound("one.wav")}, {}});
        auto* list = user->window->findChild<QListView*>(QStringLiteral("runs"));
        QTRY_COMPARE(list->model()->rowCount(), 6);
        QVERIFY(!user->window->close());
        auto* sheet = user->window->findChild<QDialog*>(QStringLiteral("closingSheet"));
        QCOMPARE(sheet->windowTitle(), QStringLiteral("6 runs are still training"));
        bool named = false;
        for (const QLabel* label : sheet->findChildren<QLabel*>())
            named =
                named || label->text().startsWith(QLatin1String("a, b, c, d, 2 more can go on"));
        QVERIFY(named);
        answer("stopAndSave");
        for (const auto& run : many)
            QVERIFY(pendingRequest(run->directory()) == RunRequest::Stop);
    }

    void aRunIsResumed()
    {
        FakeRun run(runs() / "one");
        run.train(3);
        run.fail("the power went", {});
        user->start({{sound("one.wav")}, {}});
        PretrainWorkspace& workspace = pretrain();
        workspace.setTrainer(trainer());
        QTRY_VERIFY(user->action("Resume")->isEnabled());
        QTest::keyClick(user->window.get(), Qt::Key_F5);
        const auto log = [&] {
            QFile file(fromPath(run.directory().log()));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_COMPARE(log(), "train --resume " + QFile::encodeName(fromPath(run.path())) + '\n');
    }

    void theLibraryFindsRuns()
    {
        FakeRun one(runs() / "quiet-1"), two(runs() / "loud-2");
        for (FakeRun* run : {&one, &two}) {
            run->train(3);
            run->finish();
        }
        user->start({{sound("one.wav")}, {}});
        auto* tabs = user->window->findChild<QTabWidget*>(QStringLiteral("libraryTabs"));
        QCOMPARE(tabs->tabText(2), QStringLiteral("Runs"));
        tabs->setCurrentIndex(2);
        auto* list = user->window->findChild<QListView*>(QStringLiteral("runs"));
        QTRY_COMPARE(list->model()->rowCount(), 2);
        auto* search = user->window->findChild<QLineEdit*>(QStringLiteral("librarySearch"));
        QTest::keyClicks(search, QStringLiteral("LOUD"));
        QCOMPARE(list->model()->rowCount(), 1);
        const QPoint first = list->visualRect(list->model()->index(0, 0)).center();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, first);
        QTest::mouseDClick(list->viewport(), Qt::LeftButton, {}, first);
        auto& workspace = dynamic_cast<PretrainWorkspace&>(user->window->workspace());
        QTRY_COMPARE(workspace.panel().selectedRuns(), std::vector{two.path()});
        user->window->findChild<QPushButton*>(QStringLiteral("libraryNewRun"))->click();
        QVERIFY(workspace.formShown());
        QTest::keyClick(list, Qt::Key_Return);
        QVERIFY(!workspace.formShown());
    }

    void theFormOffersTheDevicesThereAre()
    {
        user->engines.control.devices = {"cpu", "cuda:0", "cuda:1"};
        user->start({{sound("one.wav")}, {}});
        QTRY_VERIFY(user->settled());
        PretrainWorkspace& workspace = pretrain();
        user->action("New run…")->trigger();
        const auto* box = workspace.form().findChild<QComboBox*>(QStringLiteral("runDevice"));
        const auto words = [&] {
            QStringList all;
            for (int i = 0; i < box->count(); ++i)
                all << box->itemText(i);
            return all.join(QLatin1Char(' '));
        };
        QTRY_COMPARE(words(), QStringLiteral("auto cpu cuda:0 cuda:1"));
        QCOMPARE(box->currentText(), QStringLiteral("auto"));
    }

    void aTrainerThatIsNotThereIsAMessage()
    {
        user->start({{sound("one.wav")}, {}});
        PretrainWorkspace& workspace = pretrain();
        workspace.setTrainer(m_home->filePath(QStringLiteral("nowhere")));
        user->action("New run…")->trigger();
        workspace.form().findChild<QLineEdit*>(QStringLiteral("runData"))->setText(m_sounds.path());
        workspace.form().findChild<QPushButton*>(QStringLiteral("startRun"))->click();
        QTRY_VERIFY(user->messages().count() > 0
                    && user->messages().current().text.contains(QLatin1String("nowhere")));
    }

    void theRealEngineComputesTheGoldenFeatures()
    {
        EngineModule engines(QStringLiteral(PHONO_ENGINE));
        QSettings store(m_home->filePath(QStringLiteral("real.ini")), QSettings::IniFormat);
        MainWindow window(engines, store, {});
        const QString golden = QStringLiteral(PHONO_TEST_DATA "/golden/01_base/");
        window.start(
            {{golden + QStringLiteral("input.wav")}, golden + QStringLiteral("ckpt_zip_cfg.pt")});
        window.show(); // only what is looked at is computed
        auto& inspect = dynamic_cast<InspectWorkspace&>(window.workspace());
        QTRY_VERIFY_WITH_TIMEOUT(
            inspect.currentPage()->document().feature(QStringLiteral("c")).complete(), 60000);
        const FeatureMatrix c =
            inspect.currentPage()->document().feature(QStringLiteral("c")).values;
        QCOMPARE(c.frames(), std::int64_t(98));
        QCOMPARE(c.channels(), 32);
        compareToGolden(c, (golden + QStringLiteral("c.npy")).toStdString());
    }

    void theRealEngineHasLiveFeatures()
    {
        EngineModule engines(QStringLiteral(PHONO_ENGINE));
        const auto checkpoint =
            readCheckpoint(PHONO_TEST_DATA "/golden/01_base/ckpt_legacy_args.pt");
        QVERIFY(checkpoint.ok());
        auto engine = engines.create(*checkpoint, {});
        QVERIFY(engine.ok());
        auto live = (*engine)->live();
        QVERIFY(live.ok());
        engine->reset();
        const std::vector<float> samples(1000, 0.1F);
        for (int again = 0; again < 2; ++again) {
            const auto rows = (*live)->process(samples);
            QVERIFY(rows.ok());
            QCOMPARE(rows->first, std::int64_t(0));
            QCOMPARE(rows->frames, std::int64_t(4));
            QCOMPARE(rows->c.size(), std::size_t(4 * 32));
            (*live)->reset();
        }
    }

    void anEngineThatIsNotInstalledIsAMessage()
    {
        EngineModule engines(m_home->filePath(QStringLiteral("nowhere.so")));
        QSettings store(m_home->filePath(QStringLiteral("real.ini")), QSettings::IniFormat);
        MainWindow window(engines, store, {});
        window.start({{sound("one.wav")}, user->demo.checkpoint});
        auto* messages = window.findChild<MessageBar*>();
        QTRY_VERIFY(messages->count() > 0);
        QVERIFY(messages->current().text.contains(QLatin1String("nowhere.so")));
    }

private:
    QString sound(const char* name) const { return m_sounds.filePath(QLatin1String(name)); }
    /// Half a second of a recording that is expected to have `seconds`, as the loader would show
    /// it.
    void grow(double seconds)
    {
        AudioInfo outline;
        outline.sampleRate = kModelRate;
        outline.seconds = seconds;
        const Waveform waveform(std::vector<float>(8000, 0.5f));
        user->page()->document().growAudio(outline, waveform,
                                           std::make_shared<const PeakPyramid>(waveform));
    }
    static QWidget* focus() { return QApplication::focusWidget(); }
    std::filesystem::path runs() const { return toPath(m_home->filePath(QStringLiteral("runs"))); }

    PretrainWorkspace& pretrain()
    {
        Settings settings = user->window->settings().settings();
        settings.runsFolder = fromPath(runs());
        user->window->settings().set(settings);
        QTest::keyClick(user->window.get(), Qt::Key_3, Qt::ControlModifier | Qt::AltModifier);
        return dynamic_cast<PretrainWorkspace&>(user->window->workspace());
    }

    void answer(const char* button)
    {
        auto* sheet = user->window->findChild<QDialog*>(QStringLiteral("closingSheet"));
        QVERIFY(sheet);
        sheet->findChild<QPushButton*>(QLatin1String(button))->click();
    }

    /// A program that says what it was told, and ends.
    QString trainer() const
    {
        const QString path = m_home->filePath(QStringLiteral("trainer"));
        writeBytes(path.toStdString(), "#!/bin/sh\necho \"$@\"\n");
        QFile::setPermissions(path, QFile::permissions(path) | QFile::ExeOwner);
        return path;
    }

    void drop(const QMimeData& mime)
    {
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(user->window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent dropped({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(user->window.get(), &dropped);
    }

    /// The golden array is [channels, frames].
    static void compareToGolden(const FeatureMatrix& values, const std::filesystem::path& path)
    {
        const std::string bytes = readBytes(path);
        const auto count = static_cast<std::size_t>(values.frames() * values.channels());
        QVERIFY(bytes.size() > count * sizeof(float));
        std::vector<float> golden(count);
        std::memcpy(golden.data(), bytes.data() + bytes.size() - count * sizeof(float),
                    count * sizeof(float));
        for (std::int64_t t = 0; t < values.frames(); ++t) {
            for (int k = 0; k < values.channels(); ++k) {
                const float expected = golden[static_cast<std::size_t>(k * values.frames() + t)];
                QVERIFY(std::abs(values.frame(t)[static_cast<std::size_t>(k)] - expected) < 2e-5F);
            }
        }
    }

    QTemporaryDir m_sounds;
    std::optional<SoundCard> m_device;
    std::optional<QTemporaryDir> m_home;
    std::optional<User> user;
};

QTEST_MAIN(MainWindowTest)
#include "tst_main_window.moc"
