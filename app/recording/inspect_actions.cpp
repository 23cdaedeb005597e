// What the user can do in the inspect workspace: actions, playback, export, pictures.

#include "app/record/sound_devices.h"
#include "app/recording/inspect_workspace.h"
#include "widgets/shell/export_dialog.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QTabWidget>

namespace phono {
namespace {

QAction* makeAction(QWidget* owner, const char* icon, const QString& text, const QKeySequence& key)
{
    auto* action = new QAction(text, owner);
    if (icon)
        action->setIcon(lineIcon(QLatin1String(icon)));
    action->setShortcut(key);
    if (!key.isEmpty())
        action->setToolTip(
            QObject::tr("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    owner->addAction(action);
    return action;
}

/// Where the last export went, else beside the recording, else in the home folder.
std::filesystem::path exportFolder(const QString& last, const QString& recording)
{
    const QString beside = QFileInfo(recording).absolutePath();
    const QString fallback = QFileInfo(beside).isWritable() ? beside : QDir::homePath();
    return toPath(QFileInfo(last).isDir() ? last : fallback);
}

} // namespace

void InspectWorkspace::makeActions()
{
    m_play = makeAction(this, "play", tr("Play"), Qt::Key_Space);
    m_stopPlaying = makeAction(this, "stop", tr("Stop playing"), {});
    m_loop = makeAction(this, "loop", tr("Loop"), Qt::Key_L);
    m_loop->setCheckable(true);
    m_playSelection = makeAction(this, nullptr, tr("Play selection"), Qt::Key_S);
    makeSpeeds();
    m_exportAction =
        makeAction(this, "export", tr("&Export features…"), Qt::CTRL | Qt::SHIFT | Qt::Key_E);
    m_pictureAction =
        makeAction(this, "picture", tr("Save view as &picture…"), Qt::CTRL | Qt::SHIFT | Qt::Key_S);
    m_closeAction = makeAction(this, nullptr, tr("&Close recording"), QKeySequence::Close);
    m_stopAction = makeAction(this, nullptr, tr("Stop computing"), Qt::CTRL | Qt::Key_Period);
    m_resumeAction = makeAction(this, nullptr, tr("Compute features"), QKeySequence::Refresh);

    connect(m_play, &QAction::triggered, this, &InspectWorkspace::togglePlaying);
    connect(m_stopPlaying, &QAction::triggered, &m_transport, &Transport::stop);
    connect(m_loop, &QAction::toggled, this, [this](bool loop) {
        if (RecordingPage* current = currentPage())
            current->timeAxis().setLoop(loop);
        m_transport.setLoop(loop);
    });
    connect(m_playSelection, &QAction::triggered, this, &InspectWorkspace::playSelection);
    connect(m_exportAction, &QAction::triggered, this, &InspectWorkspace::exportFeatures);
    connect(m_pictureAction, &QAction::triggered, this, &InspectWorkspace::savePicture);
    connect(m_closeAction, &QAction::triggered, this,
            [this] { closePage(m_tabs->currentIndex()); });
    connect(m_stopAction, &QAction::triggered, this, &InspectWorkspace::stop);
    connect(m_resumeAction, &QAction::triggered, this, [this] {
        if (RecordingPage* current = currentPage())
            current->loader().resume();
        refreshActions();
    });
}

void InspectWorkspace::makeMenus()
{
    m_viewMenu->addActions(m_blank->viewActions());
    m_playMenu->addActions({m_play, m_playSelection, m_stopPlaying, m_loop});
    m_playMenu->addSeparator();
    m_playMenu->addAction(m_speed);
    m_outputMenu = m_playMenu->addMenu(tr("&Output device"));
    connect(m_outputMenu, &QMenu::aboutToShow, &m_devices, &SoundDevices::look);
    connect(m_outputMenu, &QMenu::aboutToShow, this, &InspectWorkspace::fillOutputs);
    connect(&m_devices, &SoundDevices::changed, this, &InspectWorkspace::fillOutputs);
    fillOutputs();
}

void InspectWorkspace::makeSpeeds()
{
    auto* speeds = new QMenu(tr("S&peed"), this);
    auto* group = new QActionGroup(this);
    m_speed = speeds->menuAction();
    m_speed->setToolTip(tr("Speed of playing; the pitch stays"));
    for (const double speed : {0.5, 0.75, 1.0, 1.25, 1.5, 2.0}) {
        QAction* choice = speeds->addAction(tr("%1×").arg(speed));
        choice->setCheckable(true);
        choice->setChecked(speed == 1);
        group->addAction(choice);
        connect(choice, &QAction::triggered, this, [this, speed, choice] {
            m_speed->setIconText(choice->text());
            m_transport.setSpeed(speed);
        });
    }
    m_speed->setIconText(tr("%1×").arg(1));
}

void InspectWorkspace::fillOutputs()
{
    m_outputMenu->clear();
    const DeviceChoice current = m_settings.settings().output;
    const auto add = [&](const QString& text, const DeviceChoice& device) {
        QString name = text; // in which an ampersand is one
        name.replace(QLatin1Char('&'), QStringLiteral("&&"));
        QAction* choice = m_outputMenu->addAction(name, this, [this, device] {
            Settings settings = m_settings.settings();
            settings.output = device;
            m_settings.set(settings);
        });
        choice->setCheckable(true);
        choice->setChecked(device == current);
    };
    add(tr("System default"), {});
    bool listed = current.isDefault();
    for (const SoundDevice& device : m_devices.devices()) {
        if (device.outputChannels == 0)
            continue;
        const DeviceChoice choice{device.name, device.hostApi};
        listed |= choice == current;
        add(tr("%1 (%2)").arg(QString::fromStdString(device.name),
                              QString::fromStdString(device.hostApi)),
            choice);
    }
    if (!listed)
        add(tr("%1, not there now").arg(QString::fromStdString(current.name)), current);
}

void InspectWorkspace::refreshActions()
{
    RecordingPage* current = currentPage();
    const bool audio = current && current->document().audioComplete();
    const bool playing = m_transport.playing();
    for (QAction* action : {m_play, m_loop, m_playSelection, m_pictureAction})
        action->setEnabled(audio);
    m_play->setText(playing ? tr("Pause") : tr("Play"));
    m_play->setIcon(lineIcon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
    m_stopPlaying->setEnabled(playing);
    m_exportAction->setEnabled(audio && m_models.model());
    m_closeAction->setEnabled(current);
    m_stopAction->setEnabled(current && current->activity().active());
    m_resumeAction->setEnabled(audio && current->loader().stopped());
}

void InspectWorkspace::togglePlaying()
{
    RecordingPage* current = currentPage();
    if (!current)
        return;
    if (m_transport.playing()) {
        m_transport.pause();
        return;
    }
    const TimeAxis& axis = current->timeAxis();
    if (const auto selection = axis.selection()) {
        playRange(*selection);
        return;
    }
    const TimeRange view = axis.visible();
    const double paused = axis.playHead().value_or(view.start);
    const bool resumes = paused >= view.start && paused < view.end;
    playRange({resumes ? paused : view.start, axis.duration()});
}

void InspectWorkspace::playSelection()
{
    if (RecordingPage* current = currentPage())
        playRange(current->timeAxis().selection().value_or(current->timeAxis().visible()));
}

void InspectWorkspace::playRange(TimeRange range)
{
    RecordingPage* current = currentPage();
    if (current && current->document().audioComplete())
        m_transport.play(current->document().waveform(), current->timeAxis(), range,
                         m_loop->isChecked());
}

void InspectWorkspace::exportFeatures()
{
    RecordingPage* current = currentPage();
    const auto model = m_models.model();
    if (!current || !model || !current->document().audioComplete())
        return;
    if (m_exportDialog) {
        m_exportDialog->raise();
        return;
    }
    const std::filesystem::path recording = toPath(current->path());
    ExportSubject subject;
    subject.recording = recording;
    subject.checkpoint = toPath(model->path);
    for (const FeatureInfo& info : model->features)
        subject.offered.push_back(info.name);
    const EngineOptions& engine = m_settings.settings().engine;
    subject.compute = {engine.device, engine.precision, engine.threads};
    ExportOptions initial;
    initial.folder = exportFolder(m_exportFolder, current->path());
    initial.stem = recording.stem();

    m_exportDialog = new ExportDialog(std::move(subject), initial, this);
    connect(m_exportDialog, &ExportDialog::exportRequested, this,
            [this, page = QPointer(current), model](const ExportOptions& options) {
                if (!page)
                    return;
                m_exportFolder = fromPath(options.folder);
                startExport(exportInput(page->document(), model), options);
            });
    connect(m_exportDialog, &ExportDialog::stopRequested, this, [this] {
        m_export.cancel();
        if (m_exportDialog)
            m_exportDialog->setFinished(Error::cancelled());
    });
    m_exportDialog->open();
}

void InspectWorkspace::startExport(const ExportInput& input, const ExportOptions& options)
{
    const std::string line = m_exportDialog->commandLine().toStdString();
    m_export.start([this, input, options, line](const TaskContext& context) {
        Progress progress;
        progress.stop = context.stop();
        progress.report = [this, &context, throttle = Throttle()](std::string_view stage,
                                                                  double fraction) mutable {
            if (!throttle.due())
                return;
            const auto words = QString::fromUtf8(stage.data(), qsizetype(stage.size()));
            context.post([this, words, fraction] {
                if (m_exportDialog)
                    m_exportDialog->setProgress(words, fraction);
            });
        };
        return runExport(input, options, line, progress);
    });
}

void InspectWorkspace::savePicture()
{
    RecordingPage* current = currentPage();
    if (!current)
        return;
    const QFileInfo recording(current->path());
    const QString suggestion = recording.absolutePath() + QLatin1Char('/')
        + recording.completeBaseName() + QStringLiteral(".png");
    auto* dialog = new QFileDialog(this, tr("Save view as picture"), suggestion,
                                   tr("PNG picture (*.png);;PDF document (*.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String("*.pdf")) ? QStringLiteral("pdf")
                                                                         : QStringLiteral("png"));
    });
    dialog->setDefaultSuffix(QStringLiteral("png"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, page = QPointer(current)](const QString& path) {
                if (!page)
                    return;
                const auto saved = page->inspect().savePicture(path);
                Q_EMIT noticed({saved ? Severity::Info : Severity::Error,
                                saved ? tr("Saved %1").arg(path)
                                      : QString::fromStdString(saved.error().message),
                                {},
                                QStringLiteral("picture"),
                                {}});
            });
    dialog->open();
}

} // namespace phono
