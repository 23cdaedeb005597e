// The menus of the main window, and the dialogs they open.

#include "app/window/checkpoint_desk.h"
#include "app/window/help_dialog.h"
#include "app/window/main_window.h"
#include "app/window/settings_dialog.h"
#include "widgets/shell/checkpoint_picker.h"
#include "widgets/shell/command_palette.h"
#include "widgets/shell/key_list.h"
#include "widgets/shell/library_panel.h"
#include "widgets/shell/message_bar.h"
#include "widgets/shell/mode_bar.h"
#include "widgets/theme.h"

#include <QActionGroup>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>

namespace phono {

void MainWindow::makeMenus()
{
    m_fileMenu = new QMenu(tr("&File"), this);
    m_recentMenu = new QMenu(tr("Open &recent"), this);
    fillFileMenu();
    m_windowMenu = makeWindowMenu();
    m_helpMenu = makeHelpMenu();
}

void MainWindow::fillFileMenu()
{
    if (!m_fileMenu)
        return;
    QMenu* menu = m_fileMenu;
    menu->clear();
    menu->addAction(lineIcon(QStringLiteral("open")), tr("&Open recording…"), QKeySequence::Open,
                    this, &MainWindow::askForRecordings);
    menu->addMenu(m_recentMenu);
    menu->addAction(lineIcon(QStringLiteral("checkpoint")), tr("Choose &checkpoint…"),
                    Qt::CTRL | Qt::SHIFT | Qt::Key_O, this,
                    [this] { askForCheckpoint(m_models.path()); });
    const auto own = workspace().fileActions();
    if (!own.isEmpty())
        menu->addSeparator();
    for (QAction* action : own) {
        if (action)
            menu->addAction(action);
        else
            menu->addSeparator();
    }
    menu->addSeparator();
    menu->addAction(lineIcon(QStringLiteral("settings")), tr("&Settings…"), Qt::CTRL | Qt::Key_P,
                    this, &MainWindow::askForSettings);
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
}

QMenu* MainWindow::makeWindowMenu()
{
    auto* menu = new QMenu(tr("&Window"), this);
    menu->addAction(m_libraryDock->toggleViewAction());
    menu->addAction(m_detailsDock->toggleViewAction());
    menu->addAction(tr("&Reset layout"), this, &MainWindow::resetLayout);
    menu->addAction(tr("Dismiss &messages"), m_messages, &MessageBar::dismissAll);
    menu->addSeparator();
    auto* themes = menu->addMenu(lineIcon(QStringLiteral("theme")), tr("&Theme"));
    auto* group = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {{ThemeChoice::System, tr("As the &system")},
                                                       {ThemeChoice::Light, tr("&Light")},
                                                       {ThemeChoice::Dark, tr("&Dark")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = themes->addAction(text);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, choice = choice] {
            Settings settings = m_settings.settings();
            settings.theme = choice;
            m_settings.set(settings);
        });
        const auto check = [this, action, choice = choice] {
            action->setChecked(m_settings.settings().theme == choice);
        };
        connect(&m_settings, &SettingsStore::changed, action, check);
        check();
    }
    menu->addAction(tr("&Full screen"), QKeySequence(Qt::Key_F11), this,
                    &MainWindow::toggleFullScreen);
    menu->addSeparator();
    menu->addActions(m_modes->actions());
    return menu;
}

QMenu* MainWindow::makeHelpMenu()
{
    auto* menu = new QMenu(tr("&Help"), this);
    menu->addAction(tr("&Guide"), QKeySequence(Qt::Key_F1), this,
                    [this] { (new HelpDialog(this))->show(); });
    menu->addAction(tr("&Keys"), QKeySequence(Qt::Key_F2), this, &MainWindow::showKeys);
    menu->addAction(lineIcon(QStringLiteral("command")), tr("&Command palette"),
                    Qt::CTRL | Qt::SHIFT | Qt::Key_P, this, &MainWindow::showPalette);
    menu->addSeparator();
    menu->addAction(tr("Open the &demo"), this, &MainWindow::openDemo);
    menu->addAction(tr("&About Phonoscope"), this, &MainWindow::showAbout);
    return menu;
}

void MainWindow::rebuildMenuBar()
{
    if (!m_helpMenu)
        return;
    menuBar()->clear();
    menuBar()->addMenu(m_fileMenu);
    for (QMenu* menu : workspace().menus())
        menuBar()->addMenu(menu);
    menuBar()->addMenu(m_windowMenu);
    menuBar()->addMenu(m_helpMenu);
}

void MainWindow::refreshRecent()
{
    m_recentMenu->clear();
    std::vector<PathEntry> entries;
    for (const QString& path : m_recentRecordings.paths()) {
        entries.push_back({path, {}, true});
        QString text = QFileInfo(path).fileName();
        QAction* action =
            m_recentMenu->addAction(text.replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                                    [this, path] { openFiles({path}); });
        action->setStatusTip(QDir::toNativeSeparators(path));
    }
    m_recentMenu->setEnabled(!entries.empty());
    m_library->setRecordings(std::move(entries));
}

void MainWindow::askForRecordings()
{
    const QString folder = m_recentRecordings.paths().isEmpty()
        ? QDir::homePath()
        : QFileInfo(m_recentRecordings.paths().first()).absolutePath();
    auto* dialog = new QFileDialog(
        this, tr("Open recording"), folder,
        tr("Recordings (%1);;All files (*)").arg(audioWildcards().join(QLatin1Char(' '))));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::openFiles);
    dialog->open();
}

void MainWindow::askForCheckpoint(const QString& path)
{
    auto* picker = new CheckpointPicker(m_lanes.files(), m_checkpoints->entries(), this);
    connect(picker, &CheckpointPicker::checkpointChosen, this, &MainWindow::useCheckpoint);
    if (!path.isEmpty())
        picker->inspect(path);
    picker->open();
}

void MainWindow::askForSettings()
{
    auto* dialog = new SettingsDialog(m_settings.settings(), m_engines, m_lanes.inference(), this);
    connect(dialog, &SettingsDialog::settingsChosen, &m_settings, &SettingsStore::set);
    dialog->open();
}

void MainWindow::showPalette()
{
    (new CommandPalette(commandsOf(*menuBar()), this))->show();
}

void MainWindow::showKeys()
{
    const std::vector<KeyList::Gesture> gestures = {
        {tr("Wheel"), tr("Scroll through time")},
        {tr("Ctrl+wheel"), tr("Zoom at the pointer")},
        {tr("Drag"), tr("Select")},
        {tr("Drop a file"), tr("Open a recording, a checkpoint or labels")},
    };
    (new KeyList(commandsOf(*menuBar()), gestures, this))->show();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About Phonoscope"),
                       tr("<p><b>Phonoscope %1</b></p>"
                          "<p>A research workbench for wav2vec.</p>"
                          "<p>Free software under the GNU General Public License, version 3 or "
                          "later. It comes with no warranty.</p>")
                           .arg(QCoreApplication::applicationVersion()));
}

void MainWindow::toggleFullScreen()
{
    setWindowState(windowState() ^ Qt::WindowFullScreen);
}

void MainWindow::resetLayout()
{
    restoreState(m_factoryLayout, kLayoutVersion);
}

} // namespace phono
