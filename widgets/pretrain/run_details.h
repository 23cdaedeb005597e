#pragma once

#include "core/run/run_notes.h"
#include "widgets/pretrain/run_record.h"

#include <QTimer>
#include <QWidget>

#include <filesystem>
#include <vector>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QTableView;
class QToolButton;
class QVBoxLayout;

namespace phono {

class DetailSection;
class ScoreView;
class SettingsModel;

/// What is known of the run in view: facts, checkpoints, scores, settings beside those of the other
/// selected runs, messages; its name, tags and notes can be written.
class RunDetails : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunDetails)
public:
    explicit RunDetails(QWidget* parent = nullptr);
    ~RunDetails() override;

    /// The first run is the one in view, the others are compared with it; all outlive the next
    /// call. None shows a hint.
    void setRuns(const std::vector<const RunRecord*>& runs);
    /// Of the same runs, something is new.
    void refresh();
    void editName();
    /// Hands over what is being written, now.
    void commitNotes();

Q_SIGNALS:
    void notesEdited(const std::filesystem::path& run, const phono::RunNotes& notes);
    void checkpointRequested(const QString& path);
    void folderRequested(const QString& path);

private:
    void makeFacts();
    void makeCheckpoints();
    void makeSettings();
    void makeMessages();
    void makeLog();
    void showNotes();
    void showFacts();
    void showCheckpoints();
    void showMessages();
    void showLog();
    void showSettings();

    std::vector<const RunRecord*> m_runs;
    std::filesystem::path m_noted; ///< whose notes are in the fields
    RunNotes m_shownNotes;
    QString m_shownLog;
    QTimer m_noteTimer;

    QVBoxLayout* m_column;
    QLabel* m_hint;
    QWidget* m_content;
    QLineEdit* m_name;
    QLineEdit* m_tags;
    QPlainTextEdit* m_notes;
    QLabel* m_status;
    DetailSection* m_facts = nullptr;
    std::vector<QLabel*> m_factValues;
    std::vector<QLabel*> m_factNames;
    QLabel* m_checkpoints = nullptr;
    ScoreView* m_scores = nullptr;
    QLabel* m_scoreCaption = nullptr;
    QTableView* m_table = nullptr;
    SettingsModel* m_settings = nullptr;
    QToolButton* m_onlyDifferences = nullptr;
    DetailSection* m_messageSection = nullptr;
    QLabel* m_messages = nullptr;
    DetailSection* m_logSection = nullptr;
    QPlainTextEdit* m_log = nullptr;
};

} // namespace phono
