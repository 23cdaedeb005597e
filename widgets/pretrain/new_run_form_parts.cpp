// What the form of a new run is made of.

#include "core/run/config_text.h"
#include "widgets/inspect/detail_section.h"
#include "widgets/pretrain/field_editor.h"
#include "widgets/pretrain/new_run_form.h"
#include "widgets/pretrain/note_label.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace phono {
namespace {

constexpr int kListMargin = 8; ///< right of the list of settings, in pixels

/// Fields that the form asks for above the list.
bool askedAbove(const ConfigField& field)
{
    static const char* const kAbove[] = {"task.data", "task.valid", "common.device", "common.bf16",
                                         "common.fp16"};
    return std::ranges::find(kAbove, field.name()) != std::end(kAbove);
}

} // namespace

void NewRunForm::makeHead(QVBoxLayout& column)
{
    auto* title = new QLabel(tr("New run"), this);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* close = new QToolButton(this);
    close->setObjectName(QStringLiteral("closeForm"));
    close->setIcon(lineIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close without starting (Esc)"));
    close->setAccessibleName(tr("Close"));
    close->setShortcut(Qt::Key_Escape);
    connect(close, &QToolButton::clicked, this, &NewRunForm::closeRequested);
    auto* row = new QHBoxLayout;
    row->addWidget(title, 1);
    row->addWidget(close);
    column.addLayout(row);
}

QWidget* NewRunForm::makePathRow(QLineEdit*& edit, const char* name, const QString& hint)
{
    auto* row = new QWidget(this);
    edit = new QLineEdit(row);
    edit->setObjectName(QLatin1String(name));
    edit->setPlaceholderText(hint);
    edit->setClearButtonEnabled(true);
    auto* browseButton = new QToolButton(row);
    browseButton->setText(QStringLiteral("…"));
    browseButton->setToolTip(tr("Choose a folder or a manifest"));
    browseButton->setAccessibleName(browseButton->toolTip());
    browseButton->setPopupMode(QToolButton::InstantPopup);
    browseButton->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    auto* menu = new QMenu(browseButton);
    const auto choose = [this, target = edit](QFileDialog::FileMode mode) {
        const QString title =
            mode == QFileDialog::Directory ? tr("Folder of recordings") : tr("Manifest");
        auto* dialog =
            new QFileDialog(this, title, target->text(), tr("Manifests (*.tsv);;All files (*)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(mode);
        connect(dialog, &QFileDialog::fileSelected, target, [this, target](const QString& path) {
            target->setText(path);
            surveyLater();
            read();
        });
        dialog->open();
    };
    menu->addAction(tr("Folder of recordings…"), [choose] { choose(QFileDialog::Directory); });
    menu->addAction(tr("Manifest…"), [choose] { choose(QFileDialog::ExistingFile); });
    browseButton->setMenu(menu);
    connect(edit, &QLineEdit::textChanged, this, [this] {
        surveyLater();
        read();
    });
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(edit, 1);
    layout->addWidget(browseButton);
    return row;
}

void NewRunForm::makeData(QFormLayout& form)
{
    QWidget* dataRow = makePathRow(m_data, "runData", tr("Folder of recordings, or manifest"));
    QWidget* validRow = makePathRow(m_valid, "runValid", tr("Folder of recordings, or manifest"));
    m_dataNote = new NoteLabel(QStringLiteral("dataNote"), this);
    m_dataNote->setLines(2);
    m_validNote = new NoteLabel(QStringLiteral("validNote"), this);
    m_validNote->setLines(1);
    form.addRow(tr("Data"), dataRow);
    form.addRow(QString(), m_dataNote);
    form.addRow(tr("Validation"), validRow);
    form.addRow(QString(), m_validNote);
}

void NewRunForm::makePlace(QFormLayout& form)
{
    m_presets = new QComboBox(this);
    m_presets->setObjectName(QStringLiteral("runPreset"));
    for (const std::string& name : presetNames())
        m_presets->addItem(QString::fromStdString(name));
    m_device = new QComboBox(this);
    m_device->setObjectName(QStringLiteral("runDevice"));
    m_device->addItems({QStringLiteral("auto"), QStringLiteral("cpu")});
    m_device->setEditable(true);
    m_device->setInsertPolicy(QComboBox::NoInsert);
    m_precision = new QComboBox(this);
    m_precision->setObjectName(QStringLiteral("runPrecision"));
    m_precision->addItems({QStringLiteral("fp32"), QStringLiteral("bf16"), QStringLiteral("fp16")});
    m_precision->setToolTip(tr("bf16 keeps fp32 master weights; fp16 needs a CUDA device"));
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("newRunName"));
    m_place = new NoteLabel(QStringLiteral("runPlace"), this);
    m_place->setLines(1);

    auto* devices = new QHBoxLayout;
    devices->setSpacing(8);
    devices->addWidget(m_device, 1);
    devices->addWidget(new QLabel(tr("Precision"), this));
    devices->addWidget(m_precision, 1);
    form.addRow(tr("Preset"), m_presets);
    form.addRow(tr("Device"), devices);
    form.addRow(tr("Name"), m_name);
    form.addRow(QString(), m_place);
    connect(m_presets, &QComboBox::activated, this, [this] {
        choosePreset();
        fillIn();
    });
    connect(m_device, &QComboBox::currentTextChanged, this, [this] { read(); });
    connect(m_precision, &QComboBox::currentTextChanged, this, [this] { read(); });
    connect(m_name, &QLineEdit::textChanged, this, [this] { check(); });
}

void NewRunForm::makeFields(QVBoxLayout& column)
{
    m_search = new QLineEdit(this);
    m_search->setObjectName(QStringLiteral("fieldSearch"));
    m_search->setPlaceholderText(tr("Search the settings"));
    m_search->setClearButtonEnabled(true);
    auto* heading = new QLabel(tr("fairseq's default"), this);
    heading->setForegroundRole(QPalette::PlaceholderText);
    // Above the defaults, beside which a scroll bar stands.
    heading->setFixedWidth(FieldEditor::kReferenceWidth + kListMargin
                           + style()->pixelMetric(QStyle::PM_ScrollBarExtent));
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_search, 1);
    row->addWidget(heading);
    column.addLayout(row);

    auto* list = new QWidget;
    auto* rows = new QVBoxLayout(list);
    rows->setContentsMargins(0, 0, kListMargin, 0);
    rows->setSpacing(4);
    for (const ConfigField& field : configFields()) {
        if (askedAbove(field))
            continue;
        const QString title = QString::fromStdString(field.section);
        if (m_sections.empty() || m_sections.back().first->objectName() != title) {
            auto* section = new DetailSection(title, list);
            section->setObjectName(title);
            rows->addWidget(section);
            m_sections.push_back({section, {}});
        }
        auto* editor = new FieldEditor(field, m_sections.back().first);
        connect(editor, &FieldEditor::edited, this, &NewRunForm::read);
        m_sections.back().first->add(editor);
        m_sections.back().second.push_back(editor);
        m_editors.push_back(editor);
    }
    m_noMatch = new QLabel(tr("No setting fits."), list);
    m_noMatch->setForegroundRole(QPalette::PlaceholderText);
    m_noMatch->hide();
    rows->addWidget(m_noMatch);
    rows->addStretch(1);
    auto* area = new QScrollArea(this);
    area->setWidget(list);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setMinimumHeight(160);
    column.addWidget(area, 1);
    connect(m_search, &QLineEdit::textChanged, this, &NewRunForm::fillSearch);
}

void NewRunForm::makeFoot(QVBoxLayout& column)
{
    m_problem = new NoteLabel(QStringLiteral("formProblem"), this);
    m_problem->setLines(2);
    m_command = new QLineEdit(this);
    m_command->setObjectName(QStringLiteral("runCommand"));
    m_command->setReadOnly(true);
    m_command->setAccessibleName(tr("The same as a command line"));
    m_command->setToolTip(tr("Starts the same run in a shell"));
    auto* copy = new QPushButton(lineIcon(QStringLiteral("copy")), tr("Copy"), this);
    copy->setObjectName(QStringLiteral("copyCommand"));
    copy->setToolTip(tr("Copy as command line"));
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(commandLine()); });
    auto* commandRow = new QHBoxLayout;
    commandRow->setSpacing(4);
    commandRow->addWidget(m_command, 1);
    commandRow->addWidget(copy);
    m_start = new QPushButton(tr("Start run"), this);
    m_start->setObjectName(QStringLiteral("startRun"));
    m_start->setDefault(true);
    m_start->setMinimumHeight(34);
    connect(m_start, &QPushButton::clicked, this,
            [this] { Q_EMIT startRequested(m_config, runPath()); });
    column.addWidget(m_problem);
    column.addLayout(commandRow);
    column.addWidget(m_start);
}

} // namespace phono
