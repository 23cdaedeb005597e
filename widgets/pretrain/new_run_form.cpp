#include "widgets/pretrain/new_run_form.h"

#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "widgets/inspect/detail_section.h"
#include "widgets/pretrain/field_editor.h"
#include "widgets/pretrain/note_label.h"
#include "widgets/pretrain/train_command.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace phono {
namespace {

constexpr int kSurveyAfter = 500; ///< milliseconds without a key
constexpr const char* kFirstPreset = "base";

/// What is written in a field, from the root on: the trainer runs in another folder.
QString dataPath(const QLineEdit& field)
{
    QString path = field.text().trimmed();
    if (path.isEmpty())
        return path;
    if (path == QLatin1String("~") || path.startsWith(QLatin1String("~/")))
        path.replace(0, 1, QDir::homePath());
    return QDir::cleanPath(QFileInfo(path).absoluteFilePath());
}

} // namespace

NewRunForm::~NewRunForm() = default;

void NewRunForm::setRunsFolder(const std::filesystem::path& folder)
{
    m_folder = folder;
    check();
}

void NewRunForm::setDevices(const QStringList& devices)
{
    for (const QString& device : devices) {
        if (m_device->findText(device) < 0)
            m_device->addItem(device);
    }
}

void NewRunForm::startOver()
{
    const QString given = m_data->text();
    m_presets->setCurrentText(QLatin1String(kFirstPreset));
    choosePreset();
    m_config.task.data = given.toStdString();
    suggestName(m_presets->currentText(), 1);
    fillIn();
    m_data->setFocus();
}

void NewRunForm::startFrom(const TrainingConfig& config, const QString& name)
{
    m_config = config;
    suggestName(name, 2);
    fillIn();
    m_search->setFocus();
}

void NewRunForm::suggestName(const QString& stem, int number)
{
    const auto name = [&] {
        return QStringLiteral("%1-%2").arg(stem).arg(number);
    };
    while (QFileInfo::exists(fromPath(m_folder / toPath(name()))))
        ++number;
    m_suggested = name();
    m_name->setText(m_suggested);
}

void NewRunForm::choosePreset()
{
    // A name that nobody wrote follows the preset.
    if (m_name->text() == m_suggested)
        suggestName(m_presets->currentText(), 1);
    auto preset = presetConfig(m_presets->currentText().toStdString());
    if (!preset)
        return;
    m_preset = *preset;
    // What the upper fields ask for is no matter of presets.
    preset->task.data = m_config.task.data;
    preset->task.valid = m_config.task.valid;
    preset->common.device = m_config.common.device;
    preset->common.bf16 = m_config.common.bf16;
    preset->common.fp16 = m_config.common.fp16;
    m_config = *preset;
}

void NewRunForm::fillIn()
{
    // Fields that are filled in report their change; half of them would still be the old ones.
    m_filling = true;
    m_data->setText(QString::fromStdString(m_config.task.data));
    m_valid->setText(QString::fromStdString(m_config.task.valid));
    m_device->setCurrentText(QString::fromStdString(m_config.common.device));
    m_precision->setCurrentText(m_config.common.bf16       ? QStringLiteral("bf16")
                                    : m_config.common.fp16 ? QStringLiteral("fp16")
                                                           : QStringLiteral("fp32"));
    for (FieldEditor* editor : m_editors)
        editor->setValue(m_config);
    m_filling = false;
    surveyLater();
    read();
}

void NewRunForm::read()
{
    if (m_filling)
        return;
    TrainingConfig config = m_config;
    config.task.data = toPath(dataPath(*m_data)).string();
    config.task.valid = toPath(dataPath(*m_valid)).string();
    config.common.device = m_device->currentText().trimmed().toStdString();
    config.common.bf16 = m_precision->currentText() == QLatin1String("bf16");
    config.common.fp16 = m_precision->currentText() == QLatin1String("fp16");
    for (FieldEditor* editor : m_editors) {
        const auto set = setField(config, editor->field().name(), editor->text().toStdString());
        editor->setProblem(set ? QString() : sentence(set.error().message));
        editor->setChanged(tomlText(editor->field().value(config))
                           != tomlText(editor->field().value(m_preset)));
    }
    m_config = config;
    check();
}

QString NewRunForm::problemWithPlace() const
{
    const QString name = m_name->text().trimmed();
    if (name.isEmpty())
        return tr("Give the run a name.");
    if (name.contains(QLatin1Char('/')) || name.startsWith(QLatin1Char('.')))
        return tr("A name with / or a leading dot cannot be a folder.");
    if (RunDirectory::isRun(runPath()))
        return tr("There is a run of that name already. Choose another one.");
    return {};
}

void NewRunForm::check()
{
    if (!m_start)
        return;
    const QString given = dataPath(*m_data);
    const auto missing = [](const QString& path) {
        return path.isEmpty() || QFileInfo::exists(path) ? QString()
                                                         : tr("There is no %1.").arg(path);
    };
    const QString dataProblem = missing(given);
    m_dataNote->setProblem(dataProblem.isEmpty() ? m_surveyProblem : dataProblem);
    const QString validProblem = missing(dataPath(*m_valid));
    m_validNote->setProblem(validProblem);
    m_validNote->setNote(m_valid->text().trimmed().isEmpty()
                             ? tr("Without one, a share of the data is kept for validation.")
                             : QString());
    const QString placeProblem = problemWithPlace();
    m_place->setProblem(placeProblem);
    m_place->setNote(tr("Kept in %1").arg(fromPath(runPath())));

    // What no field says alone: the fields together.
    QString together;
    if (const auto valid = m_config.validate(); !valid) {
        const QString words = sentence(valid.error().message);
        const auto named = std::ranges::find_if(m_editors, [&](const FieldEditor* editor) {
            return words.contains(QString::fromStdString(editor->field().name()),
                                  Qt::CaseInsensitive);
        });
        if (named != m_editors.end() && (*named)->problem().isEmpty())
            (*named)->setProblem(words);
        else if (named == m_editors.end())
            together = words;
    }
    const auto wrong = std::ranges::count_if(
        m_editors, [](const FieldEditor* editor) { return !editor->problem().isEmpty(); });
    if (wrong > 0 && together.isEmpty()) {
        const auto first = std::ranges::find_if(
            m_editors, [](const FieldEditor* editor) { return !editor->problem().isEmpty(); });
        together = (*first)->problem();
    }
    m_problem->setProblem(together);
    m_ready = !given.isEmpty() && dataProblem.isEmpty() && validProblem.isEmpty()
        && placeProblem.isEmpty() && together.isEmpty() && wrong == 0;
    m_start->setEnabled(m_ready);
    m_command->setText(commandLine());
    m_command->setCursorPosition(0);
}

std::filesystem::path NewRunForm::runPath() const
{
    return m_folder / toPath(m_name->text().trimmed());
}

QString NewRunForm::commandLine() const
{
    return trainCommand(m_presets->currentText(), m_preset, m_config, runPath());
}

void NewRunForm::fillSearch(const QString& text)
{
    bool any = false;
    for (const auto& [section, editors] : m_sections) {
        bool inSection = false;
        for (FieldEditor* editor : editors) {
            const bool shown = text.isEmpty() || editor->matches(text);
            editor->setVisible(shown);
            inSection = inSection || shown;
        }
        section->setVisible(inSection);
        if (!text.isEmpty() && inSection)
            section->setOpen(true);
        any = any || inSection;
    }
    m_noMatch->setVisible(!any);
}

void NewRunForm::surveyLater()
{
    if (dataPath(*m_data) != m_surveyed)
        m_surveyTimer.start(kSurveyAfter);
}

void NewRunForm::survey()
{
    const QString given = dataPath(*m_data);
    m_surveyed = given;
    m_survey.cancel();
    m_surveyProblem.clear();
    check();
    if (given.isEmpty() || !QFileInfo::exists(given)) {
        m_dataNote->setNote(tr("Choose a folder of recordings or a manifest. WAV, FLAC, OGG, MP3, "
                               "SPHERE and others are read, at any rate."));
        return;
    }
    m_dataNote->setNote(tr("Looking at the recordings …"));
    m_survey.start([this, path = toPath(given)](const TaskContext& context) {
        Progress progress;
        progress.stop = context.stop();
        return m_surveyor.survey(path, progress);
    });
}

void NewRunForm::showSurvey(const Result<DataSurvey>& result)
{
    if (!result) {
        m_surveyProblem = sentence(result.error().message);
        check();
        return;
    }
    const DataSurvey& found = *result;
    const QString length = found.hours < 1
        ? durationWords(found.hours * 3600)
        : tr("%1 h").arg(found.hours, 0, 'f', found.hours < 10 ? 2 : 1);
    QString text = found.recordings == 1
        ? tr("1 recording, %1").arg(length)
        : tr("%1 recordings, %2").arg(countWords(found.recordings), length);
    if (found.problemCount > 0) {
        text += found.problemCount == 1 ? tr(" · 1 problem")
                                        : tr(" · %1 problems").arg(countWords(found.problemCount));
        for (const std::string& problem : found.problems)
            text += QStringLiteral("\n") + sentence(problem);
    }
    m_dataNote->setNote(text);
}

// Here, because the constructor needs nothing of how the parts are made.
NewRunForm::NewRunForm(DataSurveyor& surveyor, QThreadPool& pool, QWidget* parent)
    : QWidget(parent)
    , m_survey(pool, [this](const Result<DataSurvey>& result) { showSurvey(result); })
    , m_surveyor(surveyor)
{
    setObjectName(QStringLiteral("newRunForm"));
    m_surveyTimer.setSingleShot(true);
    connect(&m_surveyTimer, &QTimer::timeout, this, &NewRunForm::survey);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 12);
    column->setSpacing(8);
    makeHead(*column);
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setVerticalSpacing(4);
    makeData(*form);
    makePlace(*form);
    column->addLayout(form);
    makeFields(*column);
    makeFoot(*column);
    startOver();
    survey();
}

} // namespace phono
