#pragma once

#include "core/base/result.h"
#include "widgets/panel.h"
#include "widgets/pretrain/run_actions.h"
#include "widgets/pretrain/run_watcher.h"
#include "widgets/pretrain/runs_model.h"
#include "widgets/shell/notice.h"

#include <QByteArray>
#include <QList>
#include <QSet>

#include <filesystem>
#include <map>
#include <vector>

class QAction;
class QItemSelectionModel;
class QLabel;
class QMenu;
class QSortFilterProxyModel;
class QSplitter;
class QStackedLayout;
class QToolBar;
class QTreeView;

namespace phono {

class CurveActions;
class CurveGrid;
class RunDetails;

/// The runs of a folder as a table, and the curves of those that are selected over each other.
class PretrainPanel : public Panel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PretrainPanel)
public:
    /// Files are read and written on `pool`, which outlives the panel.
    explicit PretrainPanel(QThreadPool& pool, QWidget* parent = nullptr);
    ~PretrainPanel() override;

    /// Shows the runs of another folder from now on.
    void setFolder(const std::filesystem::path& folder);
    const std::filesystem::path& folder() const { return m_watcher.folder(); }

    RunsModel& runs() { return m_model; }
    CurveGrid& curves() const { return *m_curves; }
    /// Made with the panel, shown wherever the shell wants; outlives nothing of the panel.
    RunDetails& details() const { return *m_details; }
    /// In the order of the table; the current one first.
    std::vector<std::filesystem::path> selectedRuns() const;
    /// Selects runs as soon as they are found; those that are not there after two searches are
    /// given up.
    void select(const std::vector<std::filesystem::path>& runs);
    /// Whether the logs of the runs are read; at first they are. Without, the runs are known but
    /// not their curves.
    void setReading(bool reading) { m_watcher.setReading(reading); }
    /// Looks for new runs at once.
    void searchNow() { m_watcher.searchNow(); }
    RunActions& actions() { return m_actions; }

    QList<QAction*> runActions() const;
    QList<QAction*> viewActions() const;
    /// By extension: .png (at twice the screen's resolution) or .pdf. An existing file is replaced
    /// in one step or not at all. A notice says when it is done, or why not.
    void savePicture(const QString& path);

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
    void newRunRequested();
    /// A new run like this one, with changes.
    void duplicateRequested(const std::filesystem::path& run);
    void resumeRequested(const std::filesystem::path& run);
    void checkpointRequested(const QString& path);
    void folderChoiceRequested();
    /// The folder is empty, and the user would like to see a run all the same.
    void demoRequested();
    void noticed(const phono::Notice& notice);
    /// Selection, status or numbers have changed: for status bars and enabled actions.
    void factsChanged(const QString& facts);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeTable();
    void fitNames();
    void makeActions();
    void makeToolBar();
    void connectRuns();
    QAction* action(const char* icon, const QString& text, const QKeySequence& key,
                    void (PretrainPanel::*run)());
    const RunRecord* current() const;
    std::vector<const RunRecord*> selected() const;
    void applyUpdate(FolderUpdate& update);
    void selectionChanged();
    void assignStyles();
    void showCurves();
    void showSteps();
    void showLevels();
    void offerPlots();
    void refreshActions();
    void refreshFacts();
    void selectWaiting(bool all);
    void selectNewest();
    void showTableMenu(const QPoint& at);
    void askForPicture();
    void askForCsv();
    void askForTensorBoard();
    void tellPicture(Severity severity, const QString& text);
    void openBestCheckpoint();
    void pauseOrContinue();
    void stopAndSave();
    void resume();
    void duplicate();
    void rename();
    void trash();
    void openFolder();

    RunsModel m_model;
    QSortFilterProxyModel* m_sorted;
    QToolBar* m_toolBar;
    QTreeView* m_table;
    CurveGrid* m_curves;
    CurveActions* m_curveActions = nullptr;
    RunDetails* m_details;
    QSplitter* m_splitter;
    QStackedLayout* m_stack;
    QLabel* m_emptyFolder = nullptr;
    std::map<std::filesystem::path, int> m_slots; ///< the style of each shown run
    std::vector<std::filesystem::path> m_waiting; ///< to be selected when found
    int m_patience = 0; ///< searches until those that are not found are given up
    std::string m_folderProblem; ///< said last
    bool m_firstLook = true;

    QList<QAction*> m_all;
    QAction *m_new = nullptr, *m_pause = nullptr, *m_stop = nullptr, *m_resume = nullptr;
    QAction *m_open = nullptr, *m_duplicate = nullptr, *m_rename = nullptr, *m_trash = nullptr;
    QAction *m_folder = nullptr, *m_picture = nullptr, *m_csv = nullptr, *m_tensorBoard = nullptr;
    QAction* m_chooseFolder = nullptr;
    RunActions m_actions;
    RunWatcher m_watcher; // last: tells the others
};

} // namespace phono
