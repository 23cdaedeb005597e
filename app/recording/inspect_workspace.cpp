#include "app/recording/inspect_workspace.h"

#include "widgets/shell/export_dialog.h"
#include "widgets/theme.h"

#include <QAction>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace phono {
namespace {

QWidget* makeDetailsHint()
{
    auto* hint = new QLabel(QObject::tr("What is under the pointer, the file and the checkpoint "
                                        "are described here once a recording is open."));
    hint->setWordWrap(true);
    hint->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    hint->setMargin(12);
    hint->setForegroundRole(QPalette::PlaceholderText);
    return hint;
}

} // namespace

InspectWorkspace::InspectWorkspace(Workbench& workbench, QWidget* parent)
    : Workspace(parent)
    , m_lanes(workbench.lanes)
    , m_devices(workbench.devices)
    , m_models(workbench.models)
    , m_settings(workbench.settings)
    , m_transport(workbench.sound)
    , m_export(workbench.lanes.inference(),
               [this](const Written& written) {
                   if (m_exportDialog)
                       m_exportDialog->setFinished(written);
               })
    , m_tabs(new QTabWidget(this))
    , m_stack(new QStackedWidget(this))
    , m_details(new QStackedWidget)
    , m_blank(std::make_unique<InspectPanel>(m_noDocument, m_noTime))
    , m_viewMenu(new QMenu(tr("&View"), this))
    , m_playMenu(new QMenu(tr("&Playback"), this))
{
    m_tabs->setObjectName(QStringLiteral("recordingTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->setMovable(true);
    m_tabs->setElideMode(Qt::ElideMiddle);
    m_details->addWidget(makeDetailsHint());
    m_stack->addWidget(m_blank.get());
    m_stack->addWidget(m_tabs);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    makeActions();
    makeMenus();

    connect(m_tabs, &QTabWidget::currentChanged, this, &InspectWorkspace::currentPageChanged);
    connect(m_blank.get(), &InspectPanel::openRequested, this, &Workspace::openRequested);
    connect(m_blank.get(), &InspectPanel::demoRequested, this, &Workspace::demoRequested);
    connect(m_blank.get(), &InspectPanel::checkpointRequested, this,
            &Workspace::checkpointRequested);
    connect(&m_transport, &Transport::playingChanged, this, &InspectWorkspace::refreshActions);
    connect(&m_transport, &Transport::failed, this, [this](const QString& message) {
        Q_EMIT noticed({Severity::Warning, message, {}, QStringLiteral("playback"), {}});
    });
    connect(&m_transport, &Transport::crackled, this, [this](qint64 times) {
        Q_EMIT noticed(
            {Severity::Info,
             tr("The sound broke off %n time(s) while playing: the device was not fed in "
                "time.",
                nullptr, int(times)),
             {},
             QStringLiteral("playback"),
             {}});
    });
    const auto useOutput = [this] {
        m_transport.setDevice(m_settings.settings().output);
    };
    connect(&m_settings, &SettingsStore::changed, this, useOutput);
    useOutput();
    connect(&m_models, &ModelHost::aboutToLoad, this, [this] {
        for (int i = 0; i < count(); ++i)
            page(i)->setModel(nullptr);
        loadCurrent();
    });
    connect(&m_models, &ModelHost::failed, this, &InspectWorkspace::loadCurrent);
    connect(&m_models, &ModelHost::modelChanged, this, &InspectWorkspace::loadCurrent);
    refreshActions();
}

InspectWorkspace::~InspectWorkspace()
{
    m_transport.stop();
    m_tabs->disconnect(this);
    delete m_details;
    qDeleteAll(m_tabs->findChildren<RecordingPage*>());
}

QList<QMenu*> InspectWorkspace::menus() const
{
    return {m_viewMenu, m_playMenu};
}

QList<QAction*> InspectWorkspace::fileActions() const
{
    return {m_exportAction, m_pictureAction, nullptr,      m_stopAction,
            m_resumeAction, nullptr,         m_closeAction};
}

QWidget* InspectWorkspace::details() const
{
    return m_details;
}

int InspectWorkspace::count() const
{
    return m_tabs->count();
}

RecordingPage* InspectWorkspace::page(int index) const
{
    return static_cast<RecordingPage*>(m_tabs->widget(index));
}

RecordingPage* InspectWorkspace::currentPage() const
{
    return page(m_tabs->currentIndex());
}

RecordingPage* InspectWorkspace::pageOf(const QString& path) const
{
    for (int i = 0; i < count(); ++i) {
        if (page(i)->path() == path)
            return page(i);
    }
    return nullptr;
}

bool InspectWorkspace::openRecording(const QString& path)
{
    const QString file = QFileInfo(path).absoluteFilePath();
    RecordingPage* known = pageOf(file);
    RecordingPage* shown = known ? known : addPage(file);
    m_tabs->setCurrentWidget(shown);
    if (shown->loader().state() == DocumentLoader::State::Failed)
        shown->retry(m_settings.settings().spectrogram);
    shown->takeFocus();
    return true;
}

bool InspectWorkspace::openLabels(const QString& path)
{
    RecordingPage* current = currentPage();
    if (current) {
        current->loader().openLabels(path);
    } else {
        Q_EMIT noticed({Severity::Info,
                        tr("%1 has labels. Open the recording they belong to first.")
                            .arg(QFileInfo(path).fileName()),
                        {},
                        QStringLiteral("labels"),
                        {}});
    }
    return true;
}

RecordingPage* InspectWorkspace::addPage(const QString& path)
{
    auto* added = new RecordingPage(path, m_lanes);
    InspectPanel& inspect = added->inspect();
    inspect.addTransport({m_play, m_stopPlaying, m_loop, m_speed});
    if (!m_viewState.isEmpty())
        inspect.restoreState(m_viewState);
    m_details->addWidget(&added->details());

    connect(&inspect, &InspectPanel::settingsChanged, this,
            [this, &inspect] { m_viewState = inspect.saveState(); });
    connect(&inspect, &InspectPanel::playRequested, this, &InspectWorkspace::playRange);
    connect(&inspect, &InspectPanel::exportRequested, this, &InspectWorkspace::exportFeatures);
    connect(&inspect, &InspectPanel::pictureRequested, this, &InspectWorkspace::savePicture);
    connect(&inspect, &InspectPanel::openRequested, this, &Workspace::openRequested);
    connect(&inspect, &InspectPanel::demoRequested, this, &Workspace::demoRequested);
    connect(&inspect, &InspectPanel::checkpointRequested, this, &Workspace::checkpointRequested);
    connect(&added->loader(), &DocumentLoader::noticed, this, &Workspace::noticed);
    connect(&added->loader(), &DocumentLoader::opened, this, [this, added] { pageOpened(*added); });
    connect(&added->timeAxis(), &TimeAxis::loopChanged, m_loop, &QAction::setChecked);
    connect(added, &RecordingPage::retryRequested, this,
            [this, added] { added->retry(m_settings.settings().spectrogram); });
    connect(added, &RecordingPage::activityChanged, this, &InspectWorkspace::updateActivity);
    connect(added, &RecordingPage::factsChanged, this, [this, added] {
        if (added == currentPage())
            Q_EMIT factsChanged(added->facts());
    });

    const int index = m_tabs->addTab(added, added->title());
    m_tabs->setTabToolTip(index, QDir::toNativeSeparators(path));
    addCloseButton(added, index);
    return added;
}

void InspectWorkspace::addCloseButton(RecordingPage* page, int index)
{
    auto* button = new QToolButton;
    button->setObjectName(QStringLiteral("closeTab"));
    button->setIcon(lineIcon(QStringLiteral("close")));
    button->setIconSize(QSize(12, 12));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::NoFocus);
    button->setToolTip(tr("Close recording"));
    button->setAccessibleName(button->toolTip());
    connect(button, &QToolButton::clicked, this,
            [this, page] { closePage(m_tabs->indexOf(page)); });
    m_tabs->tabBar()->setTabButton(index, QTabBar::RightSide, button);
}

void InspectWorkspace::closePage(int index)
{
    if (index < 0 || index >= count())
        return;
    m_transport.stop();
    RecordingPage* closed = page(index);
    m_tabs->removeTab(index);
    delete closed;
    if (RecordingPage* next = currentPage())
        next->takeFocus();
}

void InspectWorkspace::currentPageChanged()
{
    m_transport.stop();
    m_stack->setCurrentWidget(count() > 0 ? static_cast<QWidget*>(m_tabs) : m_blank.get());
    RecordingPage* current = currentPage();
    if (current) {
        m_details->setCurrentWidget(&current->details());
        m_loop->setChecked(current->timeAxis().loop());
        loadCurrent();
    } else {
        m_details->setCurrentIndex(0);
    }
    m_viewMenu->clear();
    m_viewMenu->addActions((current ? current->inspect() : *m_blank).viewActions());
    refreshActions();
    updateActivity();
    Q_EMIT menusChanged();
    Q_EMIT factsChanged(current ? current->facts() : QString());
    Q_EMIT currentRecordingChanged(current ? current->path() : QString());
}

void InspectWorkspace::showEvent(QShowEvent* event)
{
    Workspace::showEvent(event);
    loadCurrent();
}

void InspectWorkspace::loadCurrent()
{
    RecordingPage* current = currentPage();
    if (!current || !isVisible())
        return;
    current->load(m_settings.settings().spectrogram);
    current->setModel(m_models.model());
    current->document().setModelComing(m_models.loading());
}

void InspectWorkspace::pageOpened(RecordingPage& opened)
{
    const QString path = opened.path();
    if (opened.loader().state() == DocumentLoader::State::Ready) {
        Q_EMIT recordingOpened(path);
        const AudioInfo& audio = opened.document().audio();
        QStringList notes;
        for (const auto* texts : {&audio.warnings, &audio.notes}) {
            for (const std::string& text : *texts)
                notes << QString::fromStdString(text);
        }
        if (!notes.isEmpty()) {
            const auto severity = audio.warnings.empty() ? Severity::Info : Severity::Warning;
            Q_EMIT noticed({severity,
                            tr("%1: %2").arg(opened.title(), notes.join(QStringLiteral("; "))),
                            {},
                            QStringLiteral("audio:") + path,
                            {}});
        }
    }
    refreshActions();
}

void InspectWorkspace::updateActivity()
{
    RecordingPage* current = currentPage();
    Q_EMIT activityChanged(current ? current->activity() : Activity{});
    refreshActions();
}

QString InspectWorkspace::currentRecording() const
{
    const RecordingPage* current = currentPage();
    return current ? current->path() : QString();
}

void InspectWorkspace::stop()
{
    if (RecordingPage* current = currentPage())
        current->loader().stop();
    refreshActions();
}

void InspectWorkspace::saveSession(QSettings& store) const
{
    store.setValue(QStringLiteral("current"), m_tabs->currentIndex());
    store.setValue(QStringLiteral("view"), m_viewState);
    store.setValue(QStringLiteral("exportFolder"), m_exportFolder);
    store.beginWriteArray(QStringLiteral("recordings"), count());
    for (int i = 0; i < count(); ++i) {
        store.setArrayIndex(i);
        store.setValue(QStringLiteral("path"), page(i)->path());
        store.setValue(QStringLiteral("start"), page(i)->timeAxis().visible().start);
        store.setValue(QStringLiteral("end"), page(i)->timeAxis().visible().end);
    }
    store.endArray();
}

void InspectWorkspace::restoreSession(QSettings& store, bool documents)
{
    m_viewState = store.value(QStringLiteral("view")).toByteArray();
    m_exportFolder = store.value(QStringLiteral("exportFolder")).toString();
    if (documents) {
        // Only the recording in view is read, once all tabs are there.
        const QSignalBlocker quiet(m_tabs);
        const int recordings = store.beginReadArray(QStringLiteral("recordings"));
        for (int i = 0; i < recordings; ++i) {
            store.setArrayIndex(i);
            RecordingPage* restored = addPage(store.value(QStringLiteral("path")).toString());
            const TimeRange view{store.value(QStringLiteral("start")).toDouble(),
                                 store.value(QStringLiteral("end")).toDouble()};
            if (view.length() > 0)
                restored->setInitialView(view);
        }
        store.endArray();
        m_tabs->setCurrentIndex(store.value(QStringLiteral("current")).toInt());
    }
    currentPageChanged();
}

} // namespace phono
