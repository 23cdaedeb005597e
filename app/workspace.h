#pragma once

#include "app/engine/lanes.h"
#include "app/engine/model_host.h"
#include "app/settings.h"
#include "core/audio/sound_system.h"
#include "widgets/shell/activity_bar.h"
#include "widgets/shell/notice.h"

#include <QList>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>
#include <span>

class QAbstractItemModel;
class QAction;
class QMenu;
class QSettings;

namespace phono {

class SoundDevices;

/// What the workspaces of a window share. Outlives them.
struct Workbench {
    Lanes& lanes;
    ModelHost& models;
    SettingsStore& settings;
    SoundSystem& sound;
    SoundDevices& devices;
};

/// Asked before the window closes on work that goes on.
struct ClosingQuestion {
    QString title, text;
    QString keep, stop; ///< the answers; no keep where the work cannot go on alone
    std::function<void()> stopNow;
};

/// One way of working in the window, chosen in the mode bar.
class Workspace : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Shown between File and Help while this workspace is current.
    virtual QList<QMenu*> menus() const = 0;
    /// Its part of the File menu; null stands for a separator.
    virtual QList<QAction*> fileActions() const = 0;
    /// What the Details dock shows; null for nothing.
    virtual QWidget* details() const = 0;

    /// False when this workspace has no use for recordings, or labels.
    virtual bool openRecording(const QString& path) = 0;
    virtual bool openLabels(const QString& path) = 0;
    /// The recording in view; "" without one.
    virtual QString currentRecording() const = 0;
    virtual void stop() = 0;
    /// The runs it knows, for the library; null for none. Belongs to the workspace.
    virtual QAbstractItemModel* runs() { return nullptr; }
    /// Shows one of runs() or, "", the form of a new one.
    virtual void showRun(const QString&) { }
    /// The window is on the screen: files may be read from now on.
    virtual void begin() { }
    /// Nothing when the window may close.
    virtual std::optional<ClosingQuestion> closingQuestion() { return std::nullopt; }

    virtual void saveSession(QSettings& store) const = 0;
    /// Without `documents`, everything but what was open.
    virtual void restoreSession(QSettings& store, bool documents) = 0;

Q_SIGNALS:
    void noticed(const phono::Notice& notice);
    void activityChanged(const phono::Activity& activity);
    /// About what is in view, for the status bar.
    void factsChanged(const QString& facts);
    void currentRecordingChanged(const QString& path);
    /// The menus() have other actions now.
    void menusChanged();
    void recordingOpened(const QString& path);
    void openRequested();
    void demoRequested();
    void checkpointRequested();
    /// A checkpoint is to be used in the first workspace.
    void checkpointOpened(const QString& path);
    /// A recording is to be opened in the first workspace, which is then shown or not.
    void recordingWanted(const QString& path, bool shown);
    /// The details need so many pixels to be read.
    void detailsWidthWanted(int width);
};

/// A row of the mode bar.
struct WorkspaceEntry {
    const char* icon;
    const char* title;
    std::unique_ptr<Workspace> (*make)(Workbench& workbench);
};

/// All workspaces, in the order of the mode bar.
std::span<const WorkspaceEntry> workspaces();

} // namespace phono
