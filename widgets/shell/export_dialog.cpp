#include "widgets/shell/export_dialog.h"

#include "core/export/sidecar.h"
#include "widgets/shell/paths.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>

namespace phono {
namespace {

QString fromView(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

ExportDialog::ExportDialog(ExportSubject subject, const ExportOptions& initial, QWidget* parent)
    : QDialog(parent)
    , m_subject(std::move(subject))
    , m_stem(initial.stem)
    , m_features(new QListWidget(this))
    , m_format(new QComboBox(this))
    , m_digits(new QSpinBox(this))
    , m_folder(new QLineEdit(this))
    , m_note(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_start(new QPushButton(tr("Export features"), this))
    , m_close(new QPushButton(tr("Close"), this))
{
    setObjectName(QStringLiteral("exportDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Export features"));
    m_form = makeForm(initial);
    m_note->setObjectName(QStringLiteral("exportNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setRange(0, 1000);
    m_progress->hide();
    m_start->setObjectName(QStringLiteral("exportStart"));
    m_start->setDefault(true);
    auto* copy = new QPushButton(tr("Copy as command line"), this);
    copy->setObjectName(QStringLiteral("exportCopy"));

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(copy);
    buttons->addStretch(1);
    buttons->addWidget(m_close);
    buttons->addWidget(m_start);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_form);
    column->addWidget(m_note);
    column->addWidget(m_progress);
    column->addLayout(buttons);
    resize(520, 480);

    connect(copy, &QPushButton::clicked, this, &ExportDialog::copyCommandLine);
    connect(m_start, &QPushButton::clicked, this, &ExportDialog::start);
    connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
    refresh();
}

QWidget* ExportDialog::makeForm(const ExportOptions& initial)
{
    m_features->setObjectName(QStringLiteral("exportFeatures"));
    m_features->setSelectionMode(QAbstractItemView::NoSelection);
    for (const std::string& name : m_subject.offered) {
        auto* item = new QListWidgetItem(QString::fromStdString(name), m_features);
        const bool chosen = std::find(initial.features.begin(), initial.features.end(), name)
            != initial.features.end();
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable);
        item->setCheckState(chosen ? Qt::Checked : Qt::Unchecked);
    }
    m_format->setObjectName(QStringLiteral("exportFormat"));
    for (const ExportFormat format : kExportFormats)
        m_format->addItem(fromView(description(format)), static_cast<int>(format));
    m_format->setCurrentIndex(m_format->findData(static_cast<int>(initial.format)));
    m_digits->setObjectName(QStringLiteral("exportDigits"));
    m_digits->setRange(0, 9);
    m_digits->setSpecialValueText(tr("as many as needed"));
    m_digits->setValue(initial.significantDigits);
    m_folder->setObjectName(QStringLiteral("exportFolder"));
    m_folder->setText(fromPath(initial.folder));
    auto* browse = new QToolButton(this);
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose the folder to write to"));
    browse->setAccessibleName(browse->toolTip());
    auto* folderRow = new QHBoxLayout;
    folderRow->addWidget(m_folder);
    folderRow->addWidget(browse);

    auto* form = new QWidget(this);
    auto* layout = new QFormLayout(form);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addRow(tr("Recording"), new QLabel(fromPath(m_subject.recording.filename()), form));
    layout->addRow(tr("Checkpoint"), new QLabel(fromPath(m_subject.checkpoint.filename()), form));
    layout->addRow(tr("Features"), m_features);
    layout->addRow(tr("Format"), m_format);
    layout->addRow(tr("Significant digits"), m_digits);
    layout->addRow(tr("Folder"), folderRow);

    connect(browse, &QToolButton::clicked, this, &ExportDialog::chooseFolder);
    connect(m_features, &QListWidget::itemChanged, this, &ExportDialog::refresh);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ExportDialog::refresh);
    connect(m_folder, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    return form;
}

ExportOptions ExportDialog::options() const
{
    ExportOptions options;
    options.folder = toPath(m_folder->text());
    options.stem = m_stem;
    options.features.clear();
    for (int i = 0; i < m_features->count(); ++i) {
        if (m_features->item(i)->checkState() == Qt::Checked)
            options.features.push_back(m_features->item(i)->text().toStdString());
    }
    options.format = static_cast<ExportFormat>(m_format->currentData().toInt());
    options.significantDigits = m_digits->value();
    options.force = m_overwriteAsked;
    return options;
}

QString ExportDialog::commandLine() const
{
    return QString::fromStdString(
        exportCommand(m_subject.checkpoint, m_subject.recording, options(), m_subject.compute));
}

void ExportDialog::setProgress(const QString& stage, double fraction)
{
    m_note->setText(stage);
    m_progress->setValue(static_cast<int>(fraction * 1000));
}

void ExportDialog::setFinished(const Result<std::vector<std::filesystem::path>>& written)
{
    setRunning(false);
    m_overwriteAsked = false;
    m_start->setText(tr("Export features"));
    if (!written) {
        m_note->setText(written.error().isCancelled()
                            ? tr("Stopped. Nothing was written.")
                            : QString::fromStdString(written.error().message));
        return;
    }
    QStringList names;
    for (const auto& path : *written)
        names << fromPath(path.filename());
    m_note->setText(tr("Wrote %1.").arg(names.join(QStringLiteral(", "))));
}

void ExportDialog::done(int result)
{
    if (m_running)
        Q_EMIT stopRequested();
    QDialog::done(result);
}

void ExportDialog::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder to write to"), m_folder->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
    dialog->open();
}

void ExportDialog::copyCommandLine()
{
    QApplication::clipboard()->setText(commandLine());
    m_note->setText(tr("Copied: %1").arg(commandLine()));
}

void ExportDialog::start()
{
    if (m_running) {
        Q_EMIT stopRequested();
        return;
    }
    const QStringList existing = existingFiles();
    if (!existing.isEmpty() && !m_overwriteAsked) {
        m_overwriteAsked = true;
        m_note->setText(tr("Already there: %1. Replace?").arg(existing.join(QStringLiteral(", "))));
        m_start->setText(tr("Replace files"));
        return;
    }
    setRunning(true);
    setProgress(tr("starting"), 0);
    Q_EMIT exportRequested(options());
}

QStringList ExportDialog::existingFiles() const
{
    const ExportOptions wanted = options();
    QStringList existing;
    for (const std::string& feature : wanted.features) {
        const auto file = wanted.folder / exportFileName(m_stem, feature, wanted.format);
        for (const auto& path : {file, sidecarPath(file)}) {
            if (QFileInfo::exists(fromPath(path)))
                existing << fromPath(path.filename());
        }
    }
    return existing;
}

void ExportDialog::refresh()
{
    m_overwriteAsked = false;
    m_start->setText(tr("Export features"));
    const ExportOptions wanted = options();
    m_digits->setEnabled(wanted.format == ExportFormat::Csv);
    m_start->setEnabled(!wanted.features.empty() && !m_folder->text().isEmpty());
    if (wanted.features.empty())
        m_note->setText(tr("Tick the features to write."));
    else if (m_folder->text().isEmpty())
        m_note->setText(tr("Choose a folder to write to."));
    else
        m_note->setText(tr("Writes %1 and a description beside each file.")
                            .arg(QString::fromStdString(exportFileName(
                                m_stem, wanted.features.size() == 1 ? wanted.features[0] : "*",
                                wanted.format))));
}

void ExportDialog::setRunning(bool running)
{
    m_running = running;
    m_form->setEnabled(!running);
    m_progress->setVisible(running);
    m_close->setVisible(!running);
    m_start->setText(running ? tr("Stop") : tr("Export features"));
}

} // namespace phono
