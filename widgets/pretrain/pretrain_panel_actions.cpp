// What can be done in the panel of runs.

#include "widgets/curves/curve_actions.h"
#include "widgets/pretrain/pretrain_panel.h"
#include "widgets/pretrain/run_details.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAction>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QMenu>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>

#include <algorithm>

namespace phono {
namespace {

QAction* separator(QObject* parent)
{
    auto* line = new QAction(parent);
    line->setSeparator(true);
    return line;
}

} // namespace

QAction* PretrainPanel::action(const char* icon, const QString& text, const QKeySequence& key,
                               void (PretrainPanel::*run)())
{
    auto* made = new QAction(text, this);
    if (icon)
        made->setIcon(lineIcon(QLatin1String(icon)));
    made->setShortcut(key);
    // Keys without Ctrl are for the table and the curves, not for text fields elsewhere.
    if (key.count() > 0 && key[0].keyboardModifiers() == Qt::NoModifier)
        made->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    if (!key.isEmpty())
        made->setToolTip(tr("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    connect(made, &QAction::triggered, this, run);
    addAction(made);
    m_all << made;
    return made;
}

void PretrainPanel::makeActions()
{
    m_new = action("add", tr("New run…"), Qt::CTRL | Qt::Key_N, &PretrainPanel::newRunRequested);
    m_duplicate = action("copy", tr("Duplicate with changes…"), Qt::CTRL | Qt::Key_D,
                         &PretrainPanel::duplicate);
    m_all << separator(this);
    m_pause = action("pause", tr("Pause"), Qt::Key_Space, &PretrainPanel::pauseOrContinue);
    m_stop =
        action("stop", tr("Stop and save"), Qt::CTRL | Qt::Key_Period, &PretrainPanel::stopAndSave);
    m_resume = action("play", tr("Resume"), QKeySequence::Refresh, &PretrainPanel::resume);
    m_all << separator(this);
    m_open = action("checkpoint", tr("Open best checkpoint in Inspect"), Qt::CTRL | Qt::Key_Return,
                    &PretrainPanel::openBestCheckpoint);
    m_rename = action(nullptr, tr("Rename"), {}, &PretrainPanel::rename);
    m_folder = action(nullptr, tr("Open folder"), {}, &PretrainPanel::openFolder);
    m_trash = action("trash", tr("Move to trash"), QKeySequence::Delete, &PretrainPanel::trash);
    m_all << separator(this);
    m_picture = action("picture", tr("Save curves as picture…"), Qt::CTRL | Qt::SHIFT | Qt::Key_S,
                       &PretrainPanel::askForPicture);
    m_csv = action("export", tr("Export curves as CSV…"), Qt::CTRL | Qt::SHIFT | Qt::Key_E,
                   &PretrainPanel::askForCsv);
    m_tensorBoard =
        action(nullptr, tr("Export for TensorBoard…"), {}, &PretrainPanel::askForTensorBoard);
    m_all << separator(this);
    m_chooseFolder =
        action("open", tr("Choose folder of runs…"), {}, &PretrainPanel::folderChoiceRequested);
}

void PretrainPanel::makeToolBar()
{
    m_toolBar->setIconSize(QSize(20, 20));
    m_toolBar->setMinimumHeight(38);
    m_toolBar->addAction(m_new);
    m_new->setIconText(tr("New run"));
    if (QWidget* button = m_toolBar->widgetForAction(m_new))
        static_cast<QToolButton*>(button)->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_toolBar->addSeparator();
    for (QAction* one : {m_pause, m_stop, m_resume})
        m_toolBar->addAction(one);
    m_toolBar->addSeparator();
    m_curveActions->fill(*m_toolBar);
}

QList<QAction*> PretrainPanel::runActions() const
{
    return m_all;
}

QList<QAction*> PretrainPanel::viewActions() const
{
    return m_curveActions->all();
}

void PretrainPanel::refreshActions()
{
    const auto runs = selected();
    const auto any = [&](auto what) {
        return std::ranges::any_of(runs, [&](const RunRecord* run) { return what(*run); });
    };
    const bool paused = any([](const auto& run) { return run.status() == RunStatus::Paused; });
    const bool running = any([](const auto& run) { return run.status() == RunStatus::Running; });
    m_pause->setEnabled(running || paused);
    const bool continues = paused && !running;
    m_pause->setText(continues ? tr("Continue") : tr("Pause"));
    m_pause->setIcon(lineIcon(continues ? QStringLiteral("play") : QStringLiteral("pause")));
    m_stop->setEnabled(any([](const RunRecord& run) { return run.live(); }));
    const RunRecord* one = current();
    const bool ended = one && !one->live();
    m_resume->setEnabled(ended && one->status() != RunStatus::Finished);
    m_trash->setEnabled(ended);
    m_open->setEnabled(one && !one->checkpoints().empty());
    m_duplicate->setEnabled(one && one->config());
    for (QAction* needing : {m_rename, m_folder, m_csv, m_tensorBoard, m_picture})
        needing->setEnabled(one);
}

void PretrainPanel::pauseOrContinue()
{
    const auto runs = selected();
    const bool running = std::ranges::any_of(
        runs, [](const RunRecord* run) { return run->status() == RunStatus::Running; });
    for (const RunRecord* run : runs) {
        if (running && run->status() == RunStatus::Running)
            m_actions.pause(run->path());
        else if (!running && run->status() == RunStatus::Paused)
            m_actions.goOn(run->path());
    }
}

void PretrainPanel::stopAndSave()
{
    for (const RunRecord* run : selected()) {
        if (run->live())
            m_actions.stopAndSave(run->path());
    }
}

void PretrainPanel::resume()
{
    if (const RunRecord* run = current())
        Q_EMIT resumeRequested(run->path());
}

void PretrainPanel::duplicate()
{
    if (const RunRecord* run = current())
        Q_EMIT duplicateRequested(run->path());
}

void PretrainPanel::rename()
{
    m_details->editName();
}

void PretrainPanel::trash()
{
    if (const RunRecord* run = current())
        m_actions.askToTrash(run->path(), run->name());
}

void PretrainPanel::openFolder()
{
    if (const RunRecord* run = current())
        QDesktopServices::openUrl(QUrl::fromLocalFile(fromPath(run->path())));
}

void PretrainPanel::openBestCheckpoint()
{
    const RunRecord* run = current();
    if (!run || run->checkpoints().empty())
        return;
    const auto& names = run->checkpoints();
    std::string chosen = names.back();
    for (const char* better : {"last.pt", "best.pt"}) {
        if (std::ranges::find(names, better) != names.end())
            chosen = better;
    }
    Q_EMIT checkpointRequested(fromPath(run->path() / "checkpoints" / chosen));
}

void PretrainPanel::showTableMenu(const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(m_all);
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void PretrainPanel::askForPicture()
{
    auto* dialog = new QFileDialog(this, tr("Save curves as picture"),
                                   QDir::home().filePath(QStringLiteral("curves.png")),
                                   tr("PNG picture (*.png);;PDF document (*.pdf)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QLatin1String("*.pdf")) ? QStringLiteral("pdf")
                                                                         : QStringLiteral("png"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, &PretrainPanel::savePicture);
    dialog->open();
}

void PretrainPanel::askForCsv()
{
    const RunRecord* run = current();
    if (!run)
        return;
    auto* dialog = new QFileDialog(this, tr("Export curves as CSV"),
                                   QDir::home().filePath(run->name() + QStringLiteral(".csv")),
                                   tr("CSV table (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, path = run->path()](const QString& to) { m_actions.exportCsv(path, to); });
    dialog->open();
}

void PretrainPanel::askForTensorBoard()
{
    const RunRecord* run = current();
    if (!run)
        return;
    auto* dialog = new QFileDialog(this, tr("Folder for TensorBoard's event file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(
        dialog, &QFileDialog::fileSelected, this,
        [this, path = run->path()](const QString& to) { m_actions.exportTensorBoard(path, to); });
    dialog->open();
}

} // namespace phono
