#pragma once

#include "app/engine/lanes.h"
#include "app/engine/model_host.h"
#include "app/recent_files.h"
#include "app/record/sound_devices.h"
#include "app/resources.h"
#include "app/settings.h"
#include "app/workspace.h"

#include <QMainWindow>

#include <memory>

class QDockWidget;
class QLabel;
class QMenu;
class QSettings;
class QStackedWidget;

namespace phono {

class ActivityBar;
class CheckpointDesk;
class LibraryPanel;
class MessageBar;
class ModeBar;

/// What a window starts with.
struct StartUp {
    QStringList recordings; ///< none: the last session, or the demo the first time
    QString checkpoint; ///< empty: the one from the settings, the last one used, or the demo's
};

/// The window: workspaces in the middle, the library and details beside them, one message bar, one
/// status bar. Opens files of every kind and remembers everything from session to session.
class MainWindow : public QMainWindow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)
public:
    /// `engines` and `store` outlive the window. Reads no file before start().
    MainWindow(EngineSource& engines, QSettings& store, const Demo& demo,
               QWidget* parent = nullptr);
    ~MainWindow() override;

    void start(const StartUp& what);
    /// Recordings, checkpoints and labels, each as what it is.
    void openFiles(const QStringList& paths);
    void useCheckpoint(const QString& path);
    void openDemo();

    SettingsStore& settings() { return m_settings; }
    ModelHost& models() { return m_models; }
    Workspace& workspace() const;

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Grows with every change of the docks that makes older layouts useless.
    static constexpr int kLayoutVersion = 2;

    void makeWorkspaces();
    void makeDocks();
    void makeStatusBar();
    void makeMenus();
    QMenu* makeWindowMenu();
    QMenu* makeHelpMenu();
    void connectLibrary();

    void setMode(int mode);
    Workspace& workspaceAt(int mode) const;
    void showRun(const QString& path);
    void useInInspect(const QString& checkpoint);
    void openInInspect(const QString& recording, bool shown);
    void showCurrentRecording();
    bool mayClose();
    void fillFileMenu();
    void rebuildMenuBar();
    void refreshRecent();

    void askForRecordings();
    void askForCheckpoint(const QString& path);
    void askForSettings();
    void showPalette();
    void showKeys();
    void showAbout();
    void toggleFullScreen();
    void resetLayout();
    void saveSession();

    EngineSource& m_engines;
    QSettings& m_store;
    Demo m_demo;
    SettingsStore m_settings;
    Lanes m_lanes;
    ModelHost m_models;
    SoundSystem m_sound;
    SoundDevices m_soundDevices;
    Workbench m_workbench;
    RecentFiles m_recentRecordings;
    std::unique_ptr<CheckpointDesk> m_checkpoints;

    ModeBar* m_modes;
    MessageBar* m_messages;
    QStackedWidget* m_workspaces;
    QStackedWidget* m_details;
    LibraryPanel* m_library;
    QDockWidget* m_libraryDock;
    QDockWidget* m_detailsDock;
    ActivityBar* m_activity;
    QLabel* m_facts;
    QMenu* m_fileMenu = nullptr;
    QMenu* m_recentMenu = nullptr;
    QMenu* m_windowMenu = nullptr;
    QMenu* m_helpMenu = nullptr;
    QByteArray m_factoryLayout;
    bool m_detailsWanted = true; ///< the user has not closed the dock
    int m_answered = 0; ///< workspaces whose question on closing needs no asking any more
};

} // namespace phono
