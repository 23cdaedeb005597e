#include "widgets/shell/checkpoint_picker.h"

#include "widgets/shell/checkpoint_summary.h"
#include "widgets/shell/paths.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

namespace phono {

CheckpointPicker::CheckpointPicker(QThreadPool& pool, std::vector<PathEntry> known, QWidget* parent)
    : QDialog(parent)
    , m_reading(pool, [this](const Result<Checkpoint>& result) { showResult(result); })
    , m_known(std::move(known))
    , m_model(new PathListModel(this))
    , m_list(new QListView(this))
    , m_title(new QLabel(this))
    , m_text(new QTextBrowser(this))
{
    setObjectName(QStringLiteral("checkpointPicker"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Choose checkpoint"));
    m_model->setEntries(m_known);
    m_list->setModel(m_model);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setFixedWidth(220);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    m_text->setOpenLinks(false);
    m_text->setObjectName(QStringLiteral("checkpointText"));

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_use = buttons->addButton(tr("Use checkpoint"), QDialogButtonBox::AcceptRole);
    m_use->setObjectName(QStringLiteral("checkpointUse"));
    m_use->setEnabled(false);
    auto* browseButton = buttons->addButton(tr("Browse…"), QDialogButtonBox::ActionRole);

    auto* about = new QVBoxLayout;
    about->addWidget(m_title);
    about->addWidget(m_text);
    auto* row = new QHBoxLayout;
    row->addWidget(m_list);
    row->addLayout(about);
    auto* column = new QVBoxLayout(this);
    column->addLayout(row);
    column->addWidget(buttons);
    resize(760, 520);

    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid())
                    inspect(index.data(PathListModel::kPathRole).toString());
            });
    connect(m_list, &QListView::activated, this, &CheckpointPicker::choose);
    connect(browseButton, &QPushButton::clicked, this, &CheckpointPicker::browse);
    connect(buttons, &QDialogButtonBox::accepted, this, &CheckpointPicker::choose);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_title->setText(m_known.empty()
                         ? tr("Browse for a wav2vec checkpoint: a fairseq .pt file or a "
                              ".safetensors file.")
                         : tr("Select a checkpoint to see what is in it."));
}

void CheckpointPicker::inspect(const QString& path)
{
    if (path == m_path)
        return;
    m_path = path;
    auto at = std::find_if(m_known.begin(), m_known.end(),
                           [&](const PathEntry& entry) { return entry.path == path; });
    if (at == m_known.end()) {
        at = m_known.insert(m_known.begin(), PathEntry{path, {}, true});
        m_model->setEntries(m_known);
    }
    m_list->setCurrentIndex(m_model->index(static_cast<int>(at - m_known.begin())));

    m_use->setEnabled(false);
    m_title->setText(tr("Reading %1 …").arg(QFileInfo(path).fileName()));
    m_text->clear();
    m_reading.start([file = toPath(path)](const TaskContext& context) {
        return readCheckpoint(file, {{}, context.stop()});
    });
}

void CheckpointPicker::browse()
{
    auto* dialog = new QFileDialog(this, tr("Choose checkpoint"), QFileInfo(m_path).absolutePath(),
                                   tr("Checkpoints (*.pt *.safetensors);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &CheckpointPicker::inspect);
    dialog->open();
}

void CheckpointPicker::showResult(const Result<Checkpoint>& result)
{
    m_use->setEnabled(result.ok());
    if (!result) {
        m_title->setText(tr("This file cannot be used as a checkpoint."));
        m_text->setPlainText(QString::fromStdString(result.error().message));
        return;
    }
    m_title->setText(QFileInfo(m_path).fileName());
    m_text->setHtml(toHtml(fullSummary(*result)));
}

void CheckpointPicker::choose()
{
    if (!m_use->isEnabled())
        return;
    Q_EMIT checkpointChosen(m_path);
    accept();
}

} // namespace phono
