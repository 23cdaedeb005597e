#pragma once

#include "widgets/shell/path_list_model.h"

#include <QWidget>

class QAbstractItemModel;
class QFileSystemModel;
class QLabel;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;
class QStackedWidget;
class QTreeView;

namespace phono {

/// The shelf on the left: recent recordings, a folder to browse, checkpoints, and runs. Everything
/// in it can be searched, opened by double click or Enter, and dragged.
class LibraryPanel : public QWidget {
    Q_OBJECT
public:
    /// `audioFilters` are wildcards of what the folder shows: "*.wav".
    explicit LibraryPanel(const QStringList& audioFilters, QWidget* parent = nullptr);

    void setRecordings(std::vector<PathEntry> entries);
    void setCheckpoints(std::vector<PathEntry> entries);
    /// A list with paths under PathListModel::kPathRole, which outlives the panel.
    void setRuns(QAbstractItemModel& runs);
    void setCurrentRecording(const QString& path);
    void setCurrentCheckpoint(const QString& path);
    void setFolder(const QString& path);

Q_SIGNALS:
    void recordingActivated(const QString& path);
    void checkpointActivated(const QString& path);
    /// The user wants to read about a checkpoint, or choose another ("").
    void checkpointDetailsRequested(const QString& path);
    void recordingRemoved(const QString& path);
    void checkpointRemoved(const QString& path);
    void runActivated(const QString& path);
    void newRunRequested();
    void folderChanged(const QString& path);
    void openRequested();

private:
    /// A list of files behind the search field.
    struct Shelf {
        PathListModel* model;
        QSortFilterProxyModel* proxy;
        QListView* view;
        QString pathAt(const QModelIndex& index) const;
        bool removableAt(const QModelIndex& index) const;
    };
    Shelf makeShelf(const QString& name);
    QSortFilterProxyModel* makeFilter(int role);
    QListView* makeList(const QString& name, QSortFilterProxyModel* shown);
    QWidget* makeRecordingsTab();
    QWidget* makeFolderHint();
    QWidget* makeCheckpointsTab();
    QWidget* makeRunsTab();
    void search(const QString& text);
    void recordingMenu(const QPoint& at);
    void checkpointMenu(const QPoint& at);
    void runMenu(const QPoint& at);
    void folderMenu(const QPoint& at);
    void chooseFolder();

    QStringList m_audioFilters;
    QString m_folder;
    QLineEdit* m_search;
    Shelf m_recordings;
    Shelf m_checkpoints;
    QSortFilterProxyModel* m_runs;
    QListView* m_runList;
    QStackedWidget* m_runStack = nullptr;
    QLabel* m_folderName;
    QStackedWidget* m_folderStack;
    QFileSystemModel* m_files;
    QTreeView* m_folderView;
};

} // namespace phono
