#pragma once

#include "core/checkpoint/checkpoint.h"
#include "widgets/shell/latest_task.h"
#include "widgets/shell/path_list_model.h"

#include <QDialog>

class QLabel;
class QListView;
class QPushButton;
class QTextBrowser;

namespace phono {

/// Chooses a checkpoint and says what is in it, or why it cannot be used, before it is used.
/// Files are read on `pool`. Deletes itself when closed.
class CheckpointPicker : public QDialog {
    Q_OBJECT
public:
    CheckpointPicker(QThreadPool& pool, std::vector<PathEntry> known, QWidget* parent = nullptr);

    /// Reads `path` and shows what it is; adds it to the list when it is not there.
    void inspect(const QString& path);
    /// Opens the file dialog.
    void browse();

Q_SIGNALS:
    void checkpointChosen(const QString& path);

private:
    void showResult(const Result<Checkpoint>& result);
    void choose();

    LatestTask<Result<Checkpoint>> m_reading;
    std::vector<PathEntry> m_known;
    PathListModel* m_model;
    QListView* m_list;
    QLabel* m_title;
    QTextBrowser* m_text;
    QPushButton* m_use;
    QString m_path;
};

} // namespace phono
