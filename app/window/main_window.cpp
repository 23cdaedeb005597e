#include "app/window/main_window.h"

#include "app/window/checkpoint_desk.h"
#include "widgets/shell/activity_bar.h"
#include "widgets/shell/closing_sheet.h"
#include "widgets/shell/current_stack.h"
#include "widgets/shell/library_panel.h"
#include "widgets/shell/message_bar.h"
#include "widgets/shell/mode_bar.h"
#include "widgets/theme.h"

#include <QAbstractButton>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace phono {
namespace {

/// What a workspace last said for the status bar.
constexpr const char* kFacts = "phonoFacts";

QStringList localFiles(const QMimeData& mime)
{
    QStringList paths;
    for (const QUrl& url : mime.urls()) {
        if (url.isLocalFile())
            paths << url.toLocalFile();
    }
    return paths;
}

} // namespace

MainWindow::MainWindow(EngineSource& engines, QSettings& store, const Demo& demo, QWidget* parent)
    : QMainWindow(parent)
    , m_engines(engines)
    , m_store(store)
    , m_demo(demo)
    , m_settings(store)
    , m_models(engines, m_lanes.inference())
    , m_soundDevices(m_sound, m_lanes.sound())
    , m_workbench{m_lanes, m_models, m_settings, m_sound, m_soundDevices}
    , m_recentRecordings(store, QStringLiteral("recent/recordings"))
    , m_modes(new ModeBar(this))
    , m_messages(new MessageBar)
    , m_workspaces(new CurrentStack)
{
    setAcceptDrops(true);
    setWindowTitle(QStringLiteral("Phonoscope"));
    resize(QSize(1440, 900).boundedTo(screen()->availableSize() * 0.9));
    auto* middle = new QWidget(this);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_messages);
    column->addWidget(m_workspaces);
    setCentralWidget(middle);
    addToolBar(Qt::LeftToolBarArea, m_modes);

    makeDocks();
    makeStatusBar();
    makeWorkspaces();
    makeMenus();
    connectLibrary();
    setMode(0);

    m_factoryLayout = saveState(kLayoutVersion);
    restoreGeometry(m_store.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(m_store.value(QStringLiteral("window/layout")).toByteArray(), kLayoutVersion);
    qApp->installEventFilter(this);
}

MainWindow::~MainWindow()
{
    qApp->removeEventFilter(this);
    // Workspaces use the lanes and models, which are members and go before child widgets do.
    const auto all = m_workspaces->findChildren<Workspace*>(Qt::FindDirectChildrenOnly);
    for (Workspace* workspace : all) {
        workspace->disconnect(this);
        delete workspace;
    }
}

Workspace& MainWindow::workspace() const
{
    return workspaceAt(m_workspaces->currentIndex());
}

Workspace& MainWindow::workspaceAt(int mode) const
{
    return *static_cast<Workspace*>(m_workspaces->widget(mode));
}

void MainWindow::makeWorkspaces()
{
    for (const WorkspaceEntry& entry : workspaces()) {
        auto made = entry.make(m_workbench);
        Workspace* added = made.release();
        m_workspaces->addWidget(added);
        if (QWidget* details = added->details())
            m_details->addWidget(details);
        m_modes->addMode(lineIcon(QLatin1String(entry.icon)),
                         QCoreApplication::translate("Workspaces", entry.title));
        if (QAbstractItemModel* runs = added->runs())
            m_library->setRuns(*runs);
        connect(added, &Workspace::noticed, m_messages, &MessageBar::show);
        // The status bar speaks of the workspace in view.
        const auto inView = [this, added] {
            return m_workspaces->currentWidget() == added;
        };
        connect(added, &Workspace::activityChanged, this, [this, inView](const Activity& activity) {
            if (inView())
                m_activity->setActivity(activity);
        });
        connect(added, &Workspace::factsChanged, this, [this, added, inView](const QString& facts) {
            added->setProperty(kFacts, facts);
            if (inView())
                m_facts->setText(facts);
        });
        connect(added, &Workspace::menusChanged, this, [this, inView] {
            if (inView())
                rebuildMenuBar();
        });
        connect(added, &Workspace::checkpointOpened, this, &MainWindow::useInInspect);
        connect(added, &Workspace::recordingWanted, this, &MainWindow::openInInspect);
        connect(added, &Workspace::detailsWidthWanted, this, [this](int width) {
            m_detailsDock->show();
            resizeDocks({m_detailsDock}, {width}, Qt::Horizontal);
        });
        connect(added, &Workspace::recordingOpened, &m_recentRecordings, &RecentFiles::add);
        connect(added, &Workspace::openRequested, this, &MainWindow::askForRecordings);
        connect(added, &Workspace::demoRequested, this, &MainWindow::openDemo);
        connect(added, &Workspace::checkpointRequested, this, [this] { askForCheckpoint({}); });
        connect(added, &Workspace::currentRecordingChanged, this,
                [this, inView](const QString& path) {
                    m_library->setCurrentRecording(path);
                    if (inView())
                        showCurrentRecording();
                });
    }
    // By the user's hand, not by a workspace without details.
    connect(m_detailsDock->toggleViewAction(), &QAction::triggered, this,
            [this](bool shown) { m_detailsWanted = shown; });
    connect(m_modes, &ModeBar::modeChosen, this, &MainWindow::setMode);
    connect(m_activity, &ActivityBar::stopRequested, this, [this] { workspace().stop(); });
}

void MainWindow::makeDocks()
{
    m_library = new LibraryPanel(audioWildcards());
    m_details = new CurrentStack;
    const auto makeDock = [this](const QString& name, const QString& title, QWidget* content,
                                 Qt::DockWidgetArea area) {
        auto* dock = new QDockWidget(title, this);
        dock->setObjectName(name);
        dock->setWidget(content);
        addDockWidget(area, dock);
        return dock;
    };
    m_libraryDock =
        makeDock(QStringLiteral("libraryDock"), tr("Library"), m_library, Qt::LeftDockWidgetArea);
    m_detailsDock =
        makeDock(QStringLiteral("detailsDock"), tr("Details"), m_details, Qt::RightDockWidgetArea);
    resizeDocks({m_libraryDock, m_detailsDock}, {240, 300}, Qt::Horizontal);
}

void MainWindow::makeStatusBar()
{
    auto* modelLabel = new QToolButton(this);
    modelLabel->setObjectName(QStringLiteral("modelLabel"));
    modelLabel->setAutoRaise(true);
    m_checkpoints = std::make_unique<CheckpointDesk>(m_models, m_settings, m_store, m_demo,
                                                     *m_messages, *modelLabel);
    m_activity = new ActivityBar(this);
    m_facts = new QLabel(this);
    m_facts->setObjectName(QStringLiteral("facts"));
    m_facts->setContentsMargins(8, 0, 8, 0);
    statusBar()->addWidget(modelLabel);
    statusBar()->addWidget(m_activity, 1);
    statusBar()->addPermanentWidget(m_facts);
}

void MainWindow::connectLibrary()
{
    connect(m_library, &LibraryPanel::recordingActivated, this,
            [this](const QString& path) { openFiles({path}); });
    connect(m_library, &LibraryPanel::checkpointActivated, this, &MainWindow::useCheckpoint);
    connect(m_library, &LibraryPanel::checkpointDetailsRequested, this,
            &MainWindow::askForCheckpoint);
    connect(m_library, &LibraryPanel::recordingRemoved, &m_recentRecordings, &RecentFiles::remove);
    connect(m_library, &LibraryPanel::checkpointRemoved, m_checkpoints.get(),
            &CheckpointDesk::forget);
    connect(m_checkpoints.get(), &CheckpointDesk::choiceRequested, this,
            &MainWindow::askForCheckpoint);
    connect(m_checkpoints.get(), &CheckpointDesk::currentChanged, m_library,
            &LibraryPanel::setCurrentCheckpoint);
    const auto listCheckpoints = [this] {
        m_library->setCheckpoints(m_checkpoints->entries());
    };
    connect(m_checkpoints.get(), &CheckpointDesk::entriesChanged, m_library, listCheckpoints);
    connect(m_library, &LibraryPanel::runActivated, this, &MainWindow::showRun);
    connect(m_library, &LibraryPanel::newRunRequested, this, [this] { showRun({}); });
    connect(m_library, &LibraryPanel::openRequested, this, &MainWindow::askForRecordings);
    connect(m_library, &LibraryPanel::folderChanged, this, [this](const QString& path) {
        m_store.setValue(QStringLiteral("library/folder"), path);
    });
    connect(&m_recentRecordings, &RecentFiles::changed, this, &MainWindow::refreshRecent);
    refreshRecent();
    listCheckpoints();
}

void MainWindow::showCurrentRecording()
{
    const QString path = workspace().currentRecording();
    setWindowTitle(path.isEmpty() ? QStringLiteral("Phonoscope")
                                  : tr("%1 — Phonoscope").arg(QFileInfo(path).fileName()));
    m_checkpoints->noteRecording(path);
}

void MainWindow::setMode(int mode)
{
    m_workspaces->setCurrentIndex(mode);
    m_modes->setCurrent(mode);
    QWidget* details = workspace().details();
    m_detailsDock->setVisible(details && m_detailsWanted);
    if (details)
        m_details->setCurrentWidget(details);
    m_facts->setText(workspace().property(kFacts).toString());
    m_activity->setActivity({});
    showCurrentRecording();
    if (!workspace().isAncestorOf(QApplication::focusWidget()))
        workspace().setFocus();
    fillFileMenu();
    rebuildMenuBar();
}

void MainWindow::start(const StartUp& what)
{
    m_library->setFolder(m_store.value(QStringLiteral("library/folder")).toString());
    QString checkpoint = what.checkpoint;
    if (checkpoint.isEmpty())
        checkpoint = m_settings.settings().defaultCheckpoint;
    if (checkpoint.isEmpty())
        checkpoint = m_store.value(QStringLiteral("session/checkpoint")).toString();
    if (checkpoint.isEmpty())
        checkpoint = m_demo.checkpoint;

    m_store.beginGroup(QStringLiteral("session"));
    const bool first = m_store.childGroups().isEmpty() && m_store.childKeys().isEmpty();
    int mode = 0;
    for (int i = 0; i < m_workspaces->count(); ++i) {
        const QString id = QLatin1String(workspaces()[std::size_t(i)].icon);
        m_store.beginGroup(id);
        workspaceAt(i).restoreSession(m_store, what.recordings.isEmpty());
        m_store.endGroup();
        if (what.recordings.isEmpty() && m_store.value(QStringLiteral("mode")).toString() == id)
            mode = i;
    }
    m_store.endGroup();
    for (int i = 0; i < m_workspaces->count(); ++i)
        workspaceAt(i).begin();
    setMode(mode);
    if (first && what.recordings.isEmpty() && m_demo.there())
        openFiles({m_demo.recording});
    openFiles(what.recordings);
    // After the recording, whose waveform comes first then.
    if (!checkpoint.isEmpty())
        useCheckpoint(checkpoint);
}

void MainWindow::openFiles(const QStringList& paths)
{
    for (const QString& given : paths) {
        const QString path = QFileInfo(given).absoluteFilePath();
        switch (kindOf(path)) {
        case FileKind::Checkpoint:
            useCheckpoint(path);
            break;
        case FileKind::Labels:
            if (!workspace().openLabels(path)) {
                setMode(0);
                workspace().openLabels(path);
            }
            break;
        case FileKind::Recording:
            if (!workspace().openRecording(path)) {
                setMode(0);
                workspace().openRecording(path);
            }
            break;
        }
    }
}

void MainWindow::useCheckpoint(const QString& path)
{
    m_checkpoints->use(path);
}

void MainWindow::openDemo()
{
    if (!m_demo.there()) {
        m_messages->show({Severity::Warning,
                          tr("The demo is not installed. Open a recording of your own (Ctrl+O)."),
                          {},
                          QStringLiteral("demo"),
                          {}});
        return;
    }
    openFiles({m_demo.recording});
    if (!m_models.model() && !m_models.loading())
        useCheckpoint(m_demo.checkpoint);
}

void MainWindow::showRun(const QString& path)
{
    for (int i = 0; i < m_workspaces->count(); ++i) {
        if (workspaceAt(i).runs()) {
            setMode(i);
            workspaceAt(i).showRun(path);
            return;
        }
    }
}

void MainWindow::useInInspect(const QString& checkpoint)
{
    useCheckpoint(checkpoint);
    setMode(0);
}

void MainWindow::openInInspect(const QString& recording, bool shown)
{
    static_cast<Workspace*>(m_workspaces->widget(0))->openRecording(recording);
    if (shown)
        setMode(0);
}

bool MainWindow::mayClose()
{
    for (int i = m_answered; i < m_workspaces->count(); ++i) {
        const auto question = workspaceAt(i).closingQuestion();
        if (!question)
            continue;
        const auto* asked = findChild<ClosingSheet*>();
        if (asked && asked->isVisible())
            return false;
        auto* sheet =
            new ClosingSheet(question->title, question->text, question->keep, question->stop, this);
        const auto go = [this, i] {
            m_answered = i + 1;
            close();
        };
        connect(sheet, &ClosingSheet::rejected, this, [this] { m_answered = 0; });
        connect(sheet, &ClosingSheet::keepChosen, this, go);
        connect(sheet, &ClosingSheet::stopChosen, this, [go, stop = question->stopNow] {
            stop();
            go();
        });
        sheet->open();
        return false;
    }
    return true;
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayClose()) {
        event->ignore();
        return;
    }
    saveSession();
    QMainWindow::closeEvent(event);
}

void MainWindow::saveSession()
{
    m_store.setValue(QStringLiteral("window/geometry"), saveGeometry());
    m_store.setValue(QStringLiteral("window/layout"), saveState(kLayoutVersion));
    m_store.remove(QStringLiteral("session"));
    m_store.beginGroup(QStringLiteral("session"));
    m_store.setValue(QStringLiteral("checkpoint"), m_models.path());
    for (int i = 0; i < m_workspaces->count(); ++i) {
        const QString id = QLatin1String(workspaces()[std::size_t(i)].icon);
        m_store.beginGroup(id);
        workspaceAt(i).saveSession(m_store);
        m_store.endGroup();
        if (m_workspaces->currentIndex() == i)
            m_store.setValue(QStringLiteral("mode"), id);
    }
    m_store.endGroup();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localFiles(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    openFiles(localFiles(*event->mimeData()));
    event->acceptProposedAction();
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
    // Space presses a button that has the focus; it must not play as well.
    if (event->type() == QEvent::ShortcutOverride && qobject_cast<QAbstractButton*>(watched)
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
        event->accept();
        return true;
    }
    return QMainWindow::eventFilter(watched, event);
}

} // namespace phono
