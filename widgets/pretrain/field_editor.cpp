#include "widgets/pretrain/field_editor.h"

#include "widgets/pretrain/note_label.h"
#include "widgets/pretrain/train_command.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>

namespace phono {
namespace {

constexpr int kKeyWidth = 168;

} // namespace

FieldEditor::FieldEditor(const ConfigField& field, QWidget* parent)
    : QWidget(parent)
    , m_field(field)
    , m_key(new QLabel(QString::fromStdString(field.key), this))
    , m_note(new NoteLabel({}, this))
{
    setObjectName(QString::fromStdString(field.name()));
    QWidget* input = makeInput();
    input->setAccessibleName(QString::fromStdString(field.name()));
    m_key->setBuddy(input);
    const QString reference = QString::fromStdString(field.reference);
    auto* fallback = new QLabel(reference.isEmpty() ? tr("not in fairseq") : reference, this);
    fallback->setToolTip(reference.isEmpty() ? tr("fairseq has no such setting")
                                             : tr("fairseq's default: %1").arg(reference));
    fallback->setForegroundRole(QPalette::PlaceholderText);
    fallback->setFixedWidth(kReferenceWidth);
    fallback->setText(
        fallback->fontMetrics().elidedText(fallback->text(), Qt::ElideRight, kReferenceWidth - 4));
    QFont small = m_note->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_note->setFont(small);
    m_note->setNote(QString::fromStdString(field.meaning));

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 3, 0, 3);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(1);
    m_key->setFixedWidth(kKeyWidth);
    grid->addWidget(m_key, 0, 0);
    grid->addWidget(input, 0, 1);
    grid->addWidget(fallback, 0, 2);
    grid->addWidget(m_note, 1, 0, 1, 3);
    grid->setColumnStretch(1, 1);
}

QWidget* FieldEditor::makeInput()
{
    if (m_field.kind == FieldKind::Flag) {
        m_flag = new QCheckBox(this);
        connect(m_flag, &QCheckBox::toggled, this, &FieldEditor::edited);
        return m_flag;
    }
    if (m_field.kind == FieldKind::Word) {
        m_choice = new QComboBox(this);
        for (const std::string& word : m_field.words)
            m_choice->addItem(QString::fromStdString(word));
        m_choice->setFocusPolicy(Qt::StrongFocus);
        connect(m_choice, &QComboBox::currentTextChanged, this, &FieldEditor::edited);
        return m_choice;
    }
    m_line = new QLineEdit(this);
    m_line->setMinimumWidth(80);
    connect(m_line, &QLineEdit::textEdited, this, &FieldEditor::edited);
    return m_line;
}

QString FieldEditor::text() const
{
    if (m_flag)
        return m_flag->isChecked() ? QStringLiteral("true") : QStringLiteral("false");
    return m_choice ? m_choice->currentText() : m_line->text().trimmed();
}

void FieldEditor::setValue(const TrainingConfig& config)
{
    const QSignalBlocker quiet(this);
    const QString value = QString::fromStdString(plainText(m_field.value(config)));
    if (m_flag)
        m_flag->setChecked(value == QLatin1String("true"));
    else if (m_choice)
        m_choice->setCurrentText(value);
    else
        m_line->setText(value);
}

void FieldEditor::setProblem(const QString& problem)
{
    m_note->setProblem(problem);
}

QString FieldEditor::problem() const
{
    return m_note->problem();
}

void FieldEditor::setChanged(bool changed)
{
    QFont font = this->font();
    font.setWeight(changed ? QFont::DemiBold : QFont::Normal);
    m_key->setFont(font);
}

bool FieldEditor::matches(const QString& search) const
{
    const QString all = QString::fromStdString(m_field.name() + " " + m_field.meaning);
    return all.contains(search, Qt::CaseInsensitive);
}

} // namespace phono
