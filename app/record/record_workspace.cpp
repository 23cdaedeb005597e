#include "app/record/record_workspace.h"

#include "app/record/sound_devices.h"
#include "widgets/record/live_view.h"
#include "widgets/record/record_panel.h"
#include "widgets/record/takes_view.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/trash.h"
#include "widgets/shell/words.h"

#include <QAction>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>
#include <QStandardPaths>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace phono {
namespace {

using State = RecorderStatus::State;
using Kind = RecorderEvent::Kind;

constexpr int kFrameMilliseconds = 33;

std::filesystem::path defaultFolder()
{
    const QString music = QStandardPaths::writableLocation(QStandardPaths::MusicLocation);
    return toPath(QDir(music).filePath(QStringLiteral("Phonoscope")));
}

void saveChoice(QSettings& store, const SoundChoice& choice)
{
    store.setValue(QStringLiteral("device"), QString::fromStdString(choice.input.device.name));
    store.setValue(QStringLiteral("hostApi"), QString::fromStdString(choice.input.device.hostApi));
    store.setValue(QStringLiteral("firstChannel"), choice.input.firstChannel);
    store.setValue(QStringLiteral("channels"), choice.input.channels);
    store.setValue(QStringLiteral("rate"), choice.input.rate);
    store.setValue(QStringLiteral("latency"), choice.input.latency);
}

SoundChoice readChoice(const QSettings& store)
{
    SoundChoice choice;
    choice.input.device = {store.value(QStringLiteral("device")).toString().toStdString(),
                           store.value(QStringLiteral("hostApi")).toString().toStdString()};
    choice.input.firstChannel =
        std::clamp(store.value(QStringLiteral("firstChannel"), 0).toInt(), 0, 63);
    choice.input.channels = std::clamp(store.value(QStringLiteral("channels"), 1).toInt(), 1, 64);
    choice.input.rate = std::clamp(store.value(QStringLiteral("rate"), 0).toInt(), 0, 768000);
    choice.input.latency =
        std::clamp(store.value(QStringLiteral("latency"), 0.0).toDouble(), 0.0, 1.0);
    return choice;
}

} // namespace

RecordWorkspace::RecordWorkspace(Workbench& workbench, QWidget* parent)
    : Workspace(parent)
    , m_workbench(workbench)
    , m_panel(std::make_unique<RecordPanel>(this))
    , m_recorder(workbench.sound)
    , m_folder(defaultFolder())
    , m_featuresTask(workbench.lanes.inference(),
                     [this](const Features& features) {
                         m_features = features ? *features : nullptr;
                         if (!features && !features.error().isCancelled())
                             tell(Severity::Warning, sentence(features.error().message),
                                  QStringLiteral("live features"));
                         featuresChanged();
                     })
    , m_takesTask(workbench.lanes.files(), [this](const Takes& takes) { takesListed(takes); })
    , m_spaceTask(workbench.lanes.files(),
                  [this](std::optional<double> bytes) {
                      m_freeBytes = bytes;
                      showNext();
                  })
    , m_files(workbench.lanes.files(),
              [this](const Result<void>& done) {
                  if (!done)
                      tell(Severity::Warning, sentence(done.error().message),
                           QStringLiteral("takes"));
                  lookAtFolder();
              })
    , m_recordMenu(new QMenu(tr("&Record"), this))
    , m_takesMenu(new QMenu(tr("&Take"), this))
    , m_viewMenu(new QMenu(tr("&View"), this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_panel.get());
    // Not its first button: a space must not press what nobody chose.
    m_panel->setFocusPolicy(Qt::StrongFocus);
    setFocusProxy(m_panel.get());
    m_recordMenu->addActions(m_panel->recordActions());
    m_takesMenu->addActions(m_panel->takes().takeActions());
    m_viewMenu->addActions(m_panel->live().paneActions());
    m_timer.setInterval(kFrameMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &RecordWorkspace::follow);
    connectPanel();
    connectTakes();

    connect(&workbench.devices, &SoundDevices::changed, this, &RecordWorkspace::devicesChanged);
    connect(&workbench.devices, &SoundDevices::searchingChanged, this,
            [this] { m_panel->devices().setSearching(m_workbench.devices.searching()); });
    connect(&workbench.devices, &SoundDevices::failed, m_panel.get(), &RecordPanel::setDeviceError);
    connect(&workbench.models, &ModelHost::aboutToLoad, this, [this] {
        m_features = nullptr;
        m_featuresTask.cancel();
        featuresChanged();
    });
    connect(&workbench.models, &ModelHost::modelChanged, this, &RecordWorkspace::wantFeatures);
}

RecordWorkspace::~RecordWorkspace()
{
    m_panel->disconnect(this);
    m_panel->takes().disconnect(this);
    m_panel->devices().disconnect(this);
}

void RecordWorkspace::connectPanel()
{
    RecordPanel* panel = m_panel.get();
    connect(&panel->devices(), &DeviceBar::changed, this, &RecordWorkspace::choiceChanged);
    connect(&panel->devices(), &DeviceBar::outputChanged, this, [this] {
        Settings settings = m_workbench.settings.settings();
        settings.output = m_panel->devices().wanted().output;
        m_workbench.settings.set(settings);
        if (m_status.monitoring)
            m_recorder.setMonitor(m_panel->devices().choice().output);
    });
    connect(&m_workbench.settings, &SettingsStore::changed, this,
            [this] { m_panel->devices().setOutput(m_workbench.settings.settings().output); });
    connect(&panel->devices(), &DeviceBar::rescanRequested, this, &RecordWorkspace::rescan);
    connect(&panel->devices(), &DeviceBar::monitorChanged, this, [this](bool on) {
        m_recorder.setMonitor(on ? std::optional(m_panel->devices().choice().output)
                                 : std::nullopt);
    });
    connect(panel, &RecordPanel::listenRequested, this, [this](bool on) {
        m_listeningWanted = on;
        listen(on);
    });
    connect(panel, &RecordPanel::recordRequested, this, &RecordWorkspace::record);
    connect(panel, &RecordPanel::stopRequested, this, [this] { m_recorder.stop(); });
    connect(panel, &RecordPanel::pauseRequested, this,
            [this](bool paused) { m_recorder.setPaused(paused); });
    connect(panel, &RecordPanel::markerRequested, this,
            [this](const QString& name) { m_recorder.addMarker(name.toStdString()); });
    connect(panel, &RecordPanel::clipResetRequested, this, [this] { m_recorder.resetClip(); });
    connect(panel, &RecordPanel::folderRequested, this, &RecordWorkspace::chooseFolder);
    connect(panel, &RecordPanel::formatChanged, this, &RecordWorkspace::showNext);
    connect(panel, &RecordPanel::reportOpened, this,
            [this](const QString& file) { Q_EMIT recordingWanted(file, true); });
    connect(&panel->live(), &LiveView::checkpointRequested, this, &Workspace::checkpointRequested);
}

void RecordWorkspace::connectTakes()
{
    TakesView* takes = &m_panel->takes();
    connect(takes, &TakesView::openRequested, this,
            [this](const QString& file) { Q_EMIT recordingWanted(file, true); });
    connect(takes, &TakesView::renameRequested, this,
            [this](const QString& file, const QString& name) {
                m_files.add([path = toPath(file), to = toPath(name).string()]() -> Result<void> {
                    const auto renamed = renameTake(path, to);
                    return renamed ? Result<void>() : renamed.error();
                });
            });
    connect(takes, &TakesView::folderShown, this, [](const QString& file) {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).absolutePath()));
    });
    connect(takes, &TakesView::trashRequested, this, &RecordWorkspace::trash);
    connect(takes, &TakesView::keepRequested, this, [this](const QString& file) {
        auto& model = m_panel->takes().model();
        const int row = model.rowOf(toPath(file));
        if (row >= 0)
            m_files.add([take = model.take(row)] { return keepUnfinishedTake(take); });
    });
}

QList<QMenu*> RecordWorkspace::menus() const
{
    return {m_recordMenu, m_takesMenu, m_viewMenu};
}

bool RecordWorkspace::inTake() const
{
    return m_status.takeComing || m_status.inTake();
}

void RecordWorkspace::showEvent(QShowEvent* event)
{
    Workspace::showEvent(event);
    m_workbench.devices.look();
    lookAtFolder();
    wantFeatures();
    if (m_listeningWanted && !inTake())
        listen(true);
}

void RecordWorkspace::hideEvent(QHideEvent* event)
{
    Workspace::hideEvent(event);
    // A microphone that nobody sees is listened to by nobody, but a take goes on.
    if (!inTake())
        listen(false);
    endFeed();
}

void RecordWorkspace::listen(bool on)
{
    m_panel->setListening(on);
    if (on)
        open();
    else
        close();
}

void RecordWorkspace::open()
{
    m_panel->setDeviceError({});
    const auto choice = m_panel->devices().choice();
    m_recorder.open(choice.input, true);
    m_timer.start();
}

void RecordWorkspace::close()
{
    m_recorder.close();
    m_panel->devices().setMonitoring(false);
    follow();
}

void RecordWorkspace::record()
{
    if (m_recorder.status().state == State::Closed)
        listen(true);
    m_recorder.record({.file = takeFileNow(m_folder, ending()),
                       .otherName = true,
                       .preRoll = m_panel->preRoll()});
    m_status = m_recorder.status();
}

void RecordWorkspace::rescan()
{
    close();
    m_workbench.devices.rescan();
}

void RecordWorkspace::choiceChanged()
{
    if (!inTake() && m_panel->listening())
        open();
}

void RecordWorkspace::devicesChanged()
{
    m_panel->setDevices(m_workbench.devices.devices());
    if (isVisible() && m_listeningWanted && !inTake() && m_panel->devices().hasInput())
        listen(true);
}

void RecordWorkspace::follow()
{
    for (const RecorderEvent& event : m_recorder.takeEvents())
        handle(event);
    m_status = m_recorder.status();
    m_panel->setStatus(m_status);
    m_panel->devices().setMonitoring(m_status.monitoring);
    followLive();
    if (!m_status.rates.empty())
        m_panel->devices().setRates(m_status.rates);
    if (!inTake())
        showNext();
    if (m_status.state == State::Closed && m_recorder.quiet())
        m_timer.stop();
    if (!isVisible() && !inTake() && m_status.state == State::Listening)
        listen(false); // a take that went on behind another workspace has ended
}

void RecordWorkspace::handle(const RecorderEvent& event)
{
    switch (event.kind) {
    case Kind::TakeEnded:
        takeEnded(event.report);
        break;
    case Kind::TakeFailed:
        tell(Severity::Error, sentence(event.error->message), QStringLiteral("take"));
        break;
    case Kind::DeviceFailed:
        m_panel->setDeviceError(sentence(event.error->message));
        m_panel->setListening(false);
        break;
    case Kind::MarkerFailed:
        tell(Severity::Warning, sentence(event.error->message), QStringLiteral("markers"));
        break;
    case Kind::MonitorFailed:
        tell(Severity::Warning, sentence(event.error->message), QStringLiteral("monitor"));
        break;
    }
}

void RecordWorkspace::takeEnded(const TakeReport& report)
{
    QStringList advice;
    for (const std::string& each : takeAdvice(report))
        advice << QString::fromStdString(each);
    m_panel->showReport(report, advice);
    const QString file = fromPath(report.file);
    // Who sees the panel reads it there.
    if (report.error && !isVisible())
        tell(Severity::Warning,
             tr("%1 ended after %2: %3")
                 .arg(QFileInfo(file).fileName(), durationWords(report.seconds()),
                      QString::fromStdString(report.error->message)),
             QStringLiteral("take"));
    m_panel->takes().select(file);
    lookAtFolder();
    if (report.frames > 0)
        Q_EMIT recordingWanted(file, false);
}

void RecordWorkspace::followLive()
{
    if (m_endingFeed && m_endingFeed->ended())
        m_endingFeed.reset();
    if (auto tap = m_recorder.tap(); tap != m_tap) {
        endFeed();
        m_tap = std::move(tap);
    }
    // Who does not look pays nothing.
    if (m_tap && !m_feed && !m_endingFeed && isVisible()) {
        m_panel->live().clear();
        if (m_features)
            m_features->reset();
        const auto model = m_workbench.models.model();
        m_feed = std::make_unique<LiveFeed>(m_tap, m_workbench.settings.settings().spectrogram,
                                            model ? m_features : nullptr,
                                            model ? model->features.front() : FeatureInfo());
    }
    if (!m_feed)
        return;
    if (const auto error = m_feed->takeError())
        tell(Severity::Warning, sentence(error->message), QStringLiteral("live features"));
    m_panel->live().append(m_feed->take());
}

void RecordWorkspace::featuresChanged()
{
    const auto model = m_workbench.models.model();
    m_panel->live().setCheckpoint(m_features && model ? model->title : QString());
    endFeed();
}

void RecordWorkspace::endFeed()
{
    if (!m_feed)
        return;
    m_feed->requestStop();
    m_endingFeed = std::move(m_feed);
}

void RecordWorkspace::wantFeatures()
{
    const auto model = m_workbench.models.model();
    if (!model || !isVisible() || m_features || m_featuresTask.active())
        return;
    m_featuresTask.start([engine = model->engine](const TaskContext&) -> Features {
        auto live = engine->live();
        if (!live)
            return live.error();
        return std::shared_ptr<LiveFeatures>(std::move(*live));
    });
}

std::string RecordWorkspace::ending() const
{
    return m_panel->format() == TakeFormat::Flac ? ".flac" : ".wav";
}

void RecordWorkspace::lookAtFolder()
{
    m_panel->takes().setFolder(fromPath(m_folder));
    m_takesTask.start([folder = m_folder](const TaskContext& context) {
        return listTakes(folder, {{}, context.stop()});
    });
    m_spaceTask.start([folder = m_folder](const TaskContext&) {
        // The folder may still have to be made.
        std::error_code error;
        auto there = std::filesystem::absolute(folder, error);
        while (!std::filesystem::exists(there, error) && there.has_relative_path())
            there = there.parent_path();
        const auto disk = std::filesystem::space(there, error);
        return error ? std::nullopt : std::optional(static_cast<double>(disk.available));
    });
}

void RecordWorkspace::showNext()
{
    m_panel->setNextFile(fromPath(takeFileNow(m_folder, ending())));
    const auto rate = m_status.rate > 0 ? m_status.rate : kModelRate;
    const auto channels = std::max(m_status.channels, 1);
    const auto bytesPerSecond = static_cast<double>(TakeFile::kBytesPerSample * rate * channels);
    m_panel->setFreeSeconds(m_freeBytes ? std::optional(*m_freeBytes / bytesPerSecond)
                                        : std::nullopt);
}

void RecordWorkspace::takesListed(const Takes& takes)
{
    if (!takes) {
        if (!takes.error().isCancelled())
            tell(Severity::Warning, sentence(takes.error().message), QStringLiteral("takes"));
        return;
    }
    if (!m_folderSeen)
        offerUnfinished(*takes);
    m_folderSeen = true;
    m_panel->setTakes(*takes);
}

void RecordWorkspace::offerUnfinished(const std::vector<Take>& takes)
{
    const auto unfinished = std::ranges::find(takes, Take::State::Unfinished, &Take::state);
    if (unfinished == takes.end())
        return;
    const auto count = std::ranges::count(takes, Take::State::Unfinished, &Take::state);
    const QString file = fromPath(unfinished->file);
    Q_EMIT noticed(
        {Severity::Warning,
         tr("The take %1 was not finished: the program ended while recording. %2 of it are there.")
             .arg(QFileInfo(file).fileName(), durationWords(unfinished->seconds)),
         count > 1 ? tr("There are %1 such takes; the list in Record shows them all.").arg(count)
                   : QString(),
         QStringLiteral("unfinished take"),
         {{tr("Open"),
           [this, file] {
               Q_EMIT recordingWanted(file, true);
           }},
          {tr("Keep"), [this, take = *unfinished] {
               m_files.add([take] { return keepUnfinishedTake(take); });
           }}}});
}

void RecordWorkspace::trash(const QStringList& files)
{
    m_files.add([files]() -> Result<void> {
        Result<void> all;
        const auto keepFirst = [&all](Result<void> done) {
            if (all && !done)
                all = std::move(done);
        };
        for (const QString& file : files) {
            const auto path = toPath(file);
            if (isBeingRecorded(path)) {
                keepFirst(Error{path.filename().string() + " is being recorded. Stop it first."});
                continue;
            }
            // Notes and markers go with it; those of other programs stay.
            const auto beside = filesBeside(path);
            auto moved = moveToTrash(path);
            for (const auto& each : beside)
                if (moved)
                    moved = moveToTrash(each);
            keepFirst(std::move(moved));
        }
        return all;
    });
}

void RecordWorkspace::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder of takes"), fromPath(m_folder));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        m_folder = toPath(path);
        m_folderSeen = false;
        lookAtFolder();
    });
    dialog->open();
}

void RecordWorkspace::tell(Severity severity, const QString& text, const QString& key)
{
    Q_EMIT noticed({severity, text, {}, key, {}});
}

std::optional<ClosingQuestion> RecordWorkspace::closingQuestion()
{
    if (!inTake())
        return std::nullopt;
    ClosingQuestion question;
    question.title = tr("A take is being recorded");
    question.text = tr("It ends when the window is closed. What was recorded is kept.");
    question.stop = tr("Stop and save");
    question.stopNow = [this] {
        m_recorder.stop();
    };
    return question;
}

void RecordWorkspace::saveSession(QSettings& store) const
{
    saveChoice(store, m_panel->devices().wanted());
    store.setValue(QStringLiteral("folder"), fromPath(m_folder));
    store.setValue(QStringLiteral("flac"), m_panel->format() == TakeFormat::Flac);
    store.setValue(QStringLiteral("preRoll"), m_panel->preRoll());
    store.setValue(QStringLiteral("listen"), m_listeningWanted);
    store.setValue(QStringLiteral("view"), m_panel->saveState());
}

void RecordWorkspace::restoreSession(QSettings& store, bool)
{
    SoundChoice choice = readChoice(store);
    choice.output = m_workbench.settings.settings().output;
    m_panel->devices().setChoice(choice);
    const QString folder = store.value(QStringLiteral("folder")).toString();
    if (!folder.isEmpty())
        m_folder = toPath(folder);
    m_panel->setFormat(store.value(QStringLiteral("flac")).toBool() ? TakeFormat::Flac
                                                                    : TakeFormat::Wav);
    m_panel->setPreRoll(store.value(QStringLiteral("preRoll")).toBool());
    m_listeningWanted = store.value(QStringLiteral("listen"), true).toBool();
    m_panel->restoreState(store.value(QStringLiteral("view")).toByteArray());
    // Takes that were not finished are offered at the start, whatever workspace is shown.
    lookAtFolder();
}

} // namespace phono
