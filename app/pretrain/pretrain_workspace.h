#pragma once

#include "app/pretrain/corpus_surveyor.h"
#include "app/pretrain/run_launcher.h"
#include "app/workspace.h"
#include "widgets/pretrain/pretrain_panel.h"
#include "widgets/pretrain/run_list.h"
#include "widgets/shell/latest_task.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

class QStackedWidget;

namespace phono {

class NewRunForm;

/// Pretraining: the runs of a folder, and the form that starts new ones.
class PretrainWorkspace : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PretrainWorkspace)
public:
    explicit PretrainWorkspace(Workbench& workbench, QWidget* parent = nullptr);
    ~PretrainWorkspace() override;

    QList<QMenu*> menus() const override;
    QList<QAction*> fileActions() const override;
    QWidget* details() const override;
    bool openRecording(const QString&) override { return false; }
    bool openLabels(const QString&) override { return false; }
    QString currentRecording() const override { return {}; }
    void stop() override { }
    QAbstractItemModel* runs() override { return m_list; }
    void showRun(const QString& path) override;
    void begin() override;
    std::optional<ClosingQuestion> closingQuestion() override;
    void saveSession(QSettings& store) const override;
    void restoreSession(QSettings& store, bool documents) override;

    PretrainPanel& panel() { return *m_panel; }
    NewRunForm& form() { return *m_form; }
    bool formShown() const;
    /// Starts trainers with another program from now on.
    void setTrainer(const QString& program) { m_launcher = RunLauncher(program); }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void newRun();
    void showForm(bool shown);
    void startRun(const TrainingConfig& config, const std::filesystem::path& run);
    void resumeRun(const std::filesystem::path& run);
    void chooseFolder();
    void copyDemo();
    void useFolder();
    void askForDevices();
    std::vector<const RunRecord*> liveRunsHere();

    SettingsStore& m_settings;
    ModelHost& m_models;
    CorpusSurveyor m_surveyor;
    RunLauncher m_launcher;
    std::set<std::filesystem::path> m_started; ///< by this window
    std::unique_ptr<PretrainPanel> m_panel;
    RunList* m_list;
    LatestTask<Result<std::vector<std::string>>> m_devices;
    bool m_askedForDevices = false;
    QStackedWidget* m_details;
    NewRunForm* m_form;
    QMenu* m_runMenu;
    QMenu* m_viewMenu;
};

} // namespace phono
