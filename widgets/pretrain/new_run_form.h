#pragma once

#include "core/run/training_config.h"
#include "widgets/pretrain/data_survey.h"
#include "widgets/shell/latest_task.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <filesystem>
#include <utility>
#include <vector>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace phono {

class DetailSection;
class FieldEditor;
class NoteLabel;

/// Asks for everything that a new run is told, checks it while it is written, and shows the line
/// for a shell that starts the same run.
class NewRunForm : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(NewRunForm)
public:
    /// Both outlive the form; data is looked at on `pool`.
    NewRunForm(DataSurveyor& surveyor, QThreadPool& pool, QWidget* parent = nullptr);
    ~NewRunForm() override;

    /// Where new runs are kept.
    void setRunsFolder(const std::filesystem::path& folder);
    /// Devices to choose from besides "auto" and "cpu".
    void setDevices(const QStringList& devices);
    /// Fills in a preset and a name that is free.
    void startOver();
    /// Fills in the settings of another run.
    void startFrom(const TrainingConfig& config, const QString& name);

    TrainingConfig config() const { return m_config; }
    std::filesystem::path runPath() const;
    /// `phonoscope-cli train …`
    QString commandLine() const;
    /// Nothing is wrong with what is written.
    bool ready() const { return m_ready; }

Q_SIGNALS:
    void startRequested(const phono::TrainingConfig& config, const std::filesystem::path& run);
    void closeRequested();

private:
    void makeHead(QVBoxLayout& column);
    void makeData(QFormLayout& form);
    void makePlace(QFormLayout& form);
    void makeFields(QVBoxLayout& column);
    void makeFoot(QVBoxLayout& column);
    QWidget* makePathRow(QLineEdit*& edit, const char* name, const QString& hint);
    void choosePreset();
    /// "base-1", or the next number that is free.
    void suggestName(const QString& stem, int number);
    void fillIn();
    void read();
    void check();
    void fillSearch(const QString& text);
    void surveyLater();
    void survey();
    void showSurvey(const Result<DataSurvey>& result);
    QString problemWithPlace() const;

    TrainingConfig m_config;
    TrainingConfig m_preset;
    std::filesystem::path m_folder;
    bool m_ready = false;
    bool m_filling = false;
    LatestTask<Result<DataSurvey>> m_survey;
    DataSurveyor& m_surveyor;
    QTimer m_surveyTimer;
    QString m_surveyed;
    QString m_surveyProblem; ///< what cannot be read; the trainer may still be asked to
    QString m_suggested;

    QLineEdit* m_data = nullptr;
    QLineEdit* m_valid = nullptr;
    NoteLabel* m_dataNote = nullptr;
    NoteLabel* m_validNote = nullptr;
    QComboBox* m_presets = nullptr;
    QComboBox* m_device = nullptr;
    QComboBox* m_precision = nullptr;
    QLineEdit* m_name = nullptr;
    NoteLabel* m_place = nullptr;
    QLineEdit* m_search = nullptr;
    QLabel* m_noMatch = nullptr;
    std::vector<FieldEditor*> m_editors;
    std::vector<std::pair<DetailSection*, std::vector<FieldEditor*>>> m_sections;
    QLineEdit* m_command = nullptr;
    NoteLabel* m_problem = nullptr;
    QPushButton* m_start = nullptr;
};

} // namespace phono
