#pragma once

#include "app/recording/export_job.h"
#include "app/recording/recording_page.h"
#include "app/recording/transport.h"
#include "app/workspace.h"
#include "widgets/shell/latest_task.h"

#include <QPointer>

class QStackedWidget;
class QTabWidget;

namespace phono {

class ExportDialog;

/// Looking at recordings: one tab each, with playback, export and pictures.
class InspectWorkspace : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(InspectWorkspace)
public:
    explicit InspectWorkspace(Workbench& workbench, QWidget* parent = nullptr);
    ~InspectWorkspace() override;

    QList<QMenu*> menus() const override;
    QList<QAction*> fileActions() const override;
    QWidget* details() const override;
    bool openRecording(const QString& path) override;
    bool openLabels(const QString& path) override;
    QString currentRecording() const override;
    void stop() override;
    void saveSession(QSettings& store) const override;
    void restoreSession(QSettings& store, bool documents) override;

    /// Null when no recording is open.
    RecordingPage* currentPage() const;
    int count() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    using Written = Result<std::vector<std::filesystem::path>>;

    void makeActions();
    void makeMenus();
    void makeSpeeds();
    void fillOutputs();
    RecordingPage* addPage(const QString& path);
    RecordingPage* page(int index) const;
    RecordingPage* pageOf(const QString& path) const;
    void closePage(int index);
    void currentPageChanged();
    /// Reads what the page in view lacks, and computes it.
    void loadCurrent();
    void pageOpened(RecordingPage& page);
    void addCloseButton(RecordingPage* page, int index);
    void refreshActions();
    void updateActivity();

    void togglePlaying();
    void playSelection();
    void playRange(TimeRange range);
    void exportFeatures();
    void startExport(const ExportInput& input, const ExportOptions& options);
    void savePicture();

    Lanes& m_lanes;
    SoundDevices& m_devices;
    ModelHost& m_models;
    SettingsStore& m_settings;
    Transport m_transport;
    LatestTask<Written> m_export;
    QPointer<ExportDialog> m_exportDialog;

    QTabWidget* m_tabs;
    QStackedWidget* m_stack;
    QStackedWidget* m_details;
    /// Stands where recordings will be, and says how to get one.
    Document m_noDocument;
    TimeAxis m_noTime;
    std::unique_ptr<InspectPanel> m_blank;
    QByteArray m_viewState;
    QString m_exportFolder; ///< where the last export went

    QMenu* m_viewMenu;
    QMenu* m_playMenu;
    QAction* m_play;
    QAction* m_stopPlaying;
    QAction* m_loop;
    QAction* m_playSelection;
    QAction* m_speed;
    QMenu* m_outputMenu;
    QAction* m_exportAction;
    QAction* m_pictureAction;
    QAction* m_closeAction;
    QAction* m_stopAction;
    QAction* m_resumeAction;
};

} // namespace phono
