#pragma once

#include "app/record/live_feed.h"
#include "app/workspace.h"
#include "core/record/recorder.h"
#include "core/record/takes.h"
#include "widgets/shell/latest_task.h"
#include "widgets/shell/ordered_work.h"

#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace phono {

class RecordPanel;

/// Recording: a recorder, what is seen of it live, and the folder of takes.
class RecordWorkspace : public Workspace {
    Q_OBJECT
public:
    explicit RecordWorkspace(Workbench& workbench, QWidget* parent = nullptr);
    ~RecordWorkspace() override;

    QList<QMenu*> menus() const override;
    QList<QAction*> fileActions() const override { return {}; }
    QWidget* details() const override { return nullptr; }
    bool openRecording(const QString&) override { return false; }
    bool openLabels(const QString&) override { return false; }
    QString currentRecording() const override { return {}; }
    void stop() override { }
    std::optional<ClosingQuestion> closingQuestion() override;
    void saveSession(QSettings& store) const override;
    void restoreSession(QSettings& store, bool documents) override;

    RecordPanel& panel() { return *m_panel; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    using Takes = Result<std::vector<Take>>;
    using Features = Result<std::shared_ptr<LiveFeatures>>;

    void connectPanel();
    void connectTakes();
    bool inTake() const;

    void listen(bool on);
    void open();
    void close();
    void record();
    void rescan();
    void choiceChanged();
    void devicesChanged();

    void follow();
    void handle(const RecorderEvent& event);
    void takeEnded(const TakeReport& report);
    void followLive();
    /// Another one takes its place as soon as it has ended: they share the features.
    void endFeed();
    void wantFeatures();
    void featuresChanged();

    void lookAtFolder();
    /// What the next take will be called, and how long the disk lasts.
    void showNext();
    void takesListed(const Takes& takes);
    void offerUnfinished(const std::vector<Take>& takes);
    void chooseFolder();
    void trash(const QStringList& files);
    std::string ending() const;
    void tell(Severity severity, const QString& text, const QString& key);

    Workbench& m_workbench;
    std::unique_ptr<RecordPanel> m_panel;
    Recorder m_recorder;
    QTimer m_timer;
    RecorderStatus m_status;
    bool m_listeningWanted = true;
    std::filesystem::path m_folder;
    std::optional<double> m_freeBytes; ///< where it is
    bool m_folderSeen = false;

    std::shared_ptr<LiveTap> m_tap;
    std::shared_ptr<LiveFeatures> m_features;
    std::unique_ptr<LiveFeed> m_feed;
    std::unique_ptr<LiveFeed> m_endingFeed;
    LatestTask<Features> m_featuresTask;
    LatestTask<Takes> m_takesTask;
    LatestTask<std::optional<double>> m_spaceTask;
    OrderedWork m_files;
    QMenu* m_recordMenu;
    QMenu* m_takesMenu;
    QMenu* m_viewMenu;
};

} // namespace phono
