#pragma once

#include "core/base/result.h"
#include "core/export/export_command.h"
#include "core/export/feature_export.h"

#include <QDialog>
#include <QStringList>

#include <vector>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace phono {

/// What is exported from, and with which settings.
struct ExportSubject {
    std::filesystem::path recording;
    std::filesystem::path checkpoint;
    std::vector<std::string> offered; ///< every feature of the model, in its order
    ComputeChoice compute;
};

/// Asks what to export and where, then shows how far it is. The owner does the work and reports
/// back. Closing it while the work runs asks to stop.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    /// `initial` is what is filled in at first; its stem is kept.
    ExportDialog(ExportSubject subject, const ExportOptions& initial, QWidget* parent = nullptr);

    ExportOptions options() const;
    /// The line for a shell that writes the same files.
    QString commandLine() const;
    bool running() const { return m_running; }

    void setProgress(const QString& stage, double fraction);
    /// Ends the progress: says what was written, or why it was not.
    void setFinished(const Result<std::vector<std::filesystem::path>>& written);

Q_SIGNALS:
    void exportRequested(const ExportOptions& options);
    void stopRequested();

protected:
    void done(int result) override;

private:
    QWidget* makeForm(const ExportOptions& initial);
    void chooseFolder();
    void copyCommandLine();
    void start();
    void refresh();
    void setRunning(bool running);
    QStringList existingFiles() const;

    ExportSubject m_subject;
    std::string m_stem;
    bool m_running = false;
    /// Files are there and the button now says so; pressing it again replaces them.
    bool m_overwriteAsked = false;

    QWidget* m_form;
    QListWidget* m_features;
    QComboBox* m_format;
    QSpinBox* m_digits;
    QLineEdit* m_folder;
    QLabel* m_note;
    QProgressBar* m_progress;
    QPushButton* m_start;
    QPushButton* m_close;
};

} // namespace phono
