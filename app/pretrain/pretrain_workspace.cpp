#include "app/pretrain/pretrain_workspace.h"

#include "app/resources.h"
#include "core/run/run_control.h"
#include "widgets/pretrain/new_run_form.h"
#include "widgets/pretrain/run_details.h"
#include "widgets/shell/current_stack.h"
#include "widgets/shell/paths.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace phono {
namespace {

constexpr int kFormWidth = 470;
constexpr int kDetailsWidth = 320;

} // namespace

PretrainWorkspace::PretrainWorkspace(Workbench& workbench, QWidget* parent)
    : Workspace(parent)
    , m_settings(workbench.settings)
    , m_models(workbench.models)
    , m_launcher(findTrainer())
    , m_panel(std::make_unique<PretrainPanel>(workbench.lanes.files(), this))
    , m_list(new RunList(m_panel->runs(), this))
    , m_devices(workbench.lanes.inference(),
                [this](const Result<std::vector<std::string>>& devices) {
                    // Without an answer there is still "auto", and any other can be typed.
                    QStringList names;
                    if (devices)
                        for (const std::string& device : *devices)
                            names << QString::fromStdString(device);
                    m_form->setDevices(names);
                })
    , m_details(new CurrentStack)
    , m_form(new NewRunForm(m_surveyor, workbench.lanes.files()))
    , m_runMenu(new QMenu(tr("&Run"), this))
    , m_viewMenu(new QMenu(tr("&View"), this))
{
    m_panel->setReading(false);
    m_details->addWidget(&m_panel->details());
    m_details->addWidget(m_form);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_panel.get());
    setFocusProxy(m_panel.get());
    m_runMenu->addActions(m_panel->runActions());
    m_viewMenu->addActions(m_panel->viewActions());

    connect(m_panel.get(), &PretrainPanel::newRunRequested, this, &PretrainWorkspace::newRun);
    connect(m_panel.get(), &PretrainPanel::duplicateRequested, this,
            [this](const std::filesystem::path& path) {
                const RunRecord* run = m_panel->runs().find(path);
                if (!run || !run->config())
                    return;
                m_form->startFrom(*run->config(), fromPath(path.filename()));
                showForm(true);
            });
    connect(m_panel.get(), &PretrainPanel::resumeRequested, this, &PretrainWorkspace::resumeRun);
    connect(m_panel.get(), &PretrainPanel::folderChoiceRequested, this,
            &PretrainWorkspace::chooseFolder);
    connect(m_panel.get(), &PretrainPanel::demoRequested, this, &PretrainWorkspace::copyDemo);
    connect(m_panel.get(), &PretrainPanel::checkpointRequested, this, &Workspace::checkpointOpened);
    connect(m_panel.get(), &PretrainPanel::noticed, this, &Workspace::noticed);
    connect(m_panel.get(), &PretrainPanel::factsChanged, this, &Workspace::factsChanged);
    connect(m_form, &NewRunForm::closeRequested, this, [this] { showForm(false); });
    connect(m_form, &NewRunForm::startRequested, this, &PretrainWorkspace::startRun);
    connect(&m_settings, &SettingsStore::changed, this, [this] {
        if (!m_panel->folder().empty())
            useFolder();
    });
}

PretrainWorkspace::~PretrainWorkspace()
{
    // The panel takes its details and runs with it.
    delete m_list;
    m_panel->disconnect(this);
    m_panel.reset();
    delete m_details;
}

QList<QMenu*> PretrainWorkspace::menus() const
{
    return {m_runMenu, m_viewMenu};
}

QList<QAction*> PretrainWorkspace::fileActions() const
{
    return {};
}

QWidget* PretrainWorkspace::details() const
{
    return m_details;
}

bool PretrainWorkspace::formShown() const
{
    return m_details->currentWidget() == m_form;
}

void PretrainWorkspace::askForDevices()
{
    // Loads LibTorch, so not before somebody chooses among them.
    if (!std::exchange(m_askedForDevices, true))
        m_devices.start(
            [&engines = m_models.engines()](const TaskContext&) { return engines.devices(); });
}

void PretrainWorkspace::showForm(bool shown)
{
    if (shown)
        askForDevices();
    m_details->setCurrentWidget(shown ? static_cast<QWidget*>(m_form) : &m_panel->details());
    Q_EMIT detailsWidthWanted(shown ? kFormWidth : kDetailsWidth);
    if (!shown)
        m_panel->setFocus();
}

void PretrainWorkspace::useFolder()
{
    // Trainers run in other folders.
    const auto folder = toPath(QFileInfo(m_settings.settings().runsFolder).absoluteFilePath());
    m_panel->setFolder(folder);
    m_form->setRunsFolder(folder);
}

void PretrainWorkspace::begin()
{
    useFolder();
}

void PretrainWorkspace::showEvent(QShowEvent* event)
{
    Workspace::showEvent(event);
    // Only who looks at runs pays for reading their logs.
    m_panel->setReading(true);
}

void PretrainWorkspace::showRun(const QString& path)
{
    if (path.isEmpty()) {
        newRun();
        return;
    }
    if (formShown())
        showForm(false);
    m_panel->select({toPath(path)});
}

void PretrainWorkspace::newRun()
{
    if (!formShown())
        m_form->startOver();
    showForm(true);
}

void PretrainWorkspace::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder of runs"), m_settings.settings().runsFolder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        Settings settings = m_settings.settings();
        settings.runsFolder = path;
        m_settings.set(settings);
    });
    dialog->open();
}

/// Among the user's own runs it is one like any other: to look at, to compare, to delete.
void PretrainWorkspace::copyDemo()
{
    const auto from = toPath(findDemo().run);
    if (from.empty()) {
        Q_EMIT noticed({Severity::Warning,
                        tr("The demo is not installed. Start a run of your own."),
                        {},
                        QStringLiteral("runs"),
                        {}});
        return;
    }
    const auto run = m_panel->folder() / "demo";
    m_panel->actions().perform(
        [from, run]() -> Result<void> {
            std::error_code error;
            std::filesystem::create_directories(run.parent_path(), error);
            if (!error)
                std::filesystem::copy(from, run, std::filesystem::copy_options::recursive, error);
            if (!error)
                return {};
            return Error{"cannot copy the demo's run to " + run.string() + ": " + error.message()};
        },
        [this, run] {
            m_panel->select({run});
            m_panel->searchNow();
        });
}

void PretrainWorkspace::startRun(const TrainingConfig& config, const std::filesystem::path& run)
{
    m_panel->actions().perform(
        [launcher = m_launcher, config, run] { return launcher.start(config, run); },
        [this, run] {
            m_started.insert(run);
            m_panel->select({run});
            m_panel->searchNow();
            showForm(false);
            Q_EMIT noticed({Severity::Info,
                            tr("Started %1. It goes on when the window is closed.")
                                .arg(fromPath(run.filename())),
                            {},
                            QStringLiteral("runs"),
                            {}});
        });
}

void PretrainWorkspace::resumeRun(const std::filesystem::path& run)
{
    m_panel->actions().perform([launcher = m_launcher, run] { return launcher.resume(run); },
                               [this, run] { m_started.insert(run); });
}

std::vector<const RunRecord*> PretrainWorkspace::liveRunsHere()
{
    std::vector<const RunRecord*> live;
    const RunsModel& runs = m_panel->runs();
    for (int row = 0; row < runs.rowCount(); ++row) {
        const RunRecord& run = runs.run(row);
        // Who was started a moment ago has not said yet where it is.
        const bool starting = run.live() && !run.state() && m_started.contains(run.path());
        if (run.liveHere() || starting)
            live.push_back(&run);
    }
    return live;
}

std::optional<ClosingQuestion> PretrainWorkspace::closingQuestion()
{
    constexpr qsizetype kMostNames = 4;
    const auto live = liveRunsHere();
    if (live.empty())
        return std::nullopt;
    QStringList names;
    std::vector<std::filesystem::path> paths;
    for (const RunRecord* run : live) {
        names << run->name();
        paths.push_back(run->path());
    }
    ClosingQuestion question;
    question.title = live.size() == 1 ? tr("%1 is still training").arg(names[0])
                                      : tr("%1 runs are still training").arg(live.size());
    if (names.size() > kMostNames)
        names = names.first(kMostNames) << tr("%1 more").arg(live.size() - kMostNames);
    question.text = live.size() == 1
        ? tr("It can go on without the window, and will be found again when you come back.")
        : tr("%1 can go on without the window, and will be found again when you come back.")
              .arg(names.join(QStringLiteral(", ")));
    question.keep = tr("Keep running");
    question.stop = tr("Stop and save");
    question.stopNow = [paths] {
        for (const auto& path : paths) {
            const auto run = RunDirectory::open(path);
            // A run that has ended meanwhile needs no stopping.
            if (run)
                static_cast<void>(requestStop(*run).ok());
        }
    };
    return question;
}

void PretrainWorkspace::saveSession(QSettings& store) const
{
    store.setValue(QStringLiteral("view"), m_panel->saveState());
}

void PretrainWorkspace::restoreSession(QSettings& store, bool)
{
    m_panel->restoreState(store.value(QStringLiteral("view")).toByteArray());
}

} // namespace phono
