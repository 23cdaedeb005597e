#include "widgets/pretrain/run_details.h"

#include "widgets/inspect/detail_section.h"
#include "widgets/pretrain/run_texts.h"
#include "widgets/pretrain/runs_model.h"
#include "widgets/pretrain/score_view.h"
#include "widgets/pretrain/settings_model.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace phono {
namespace {

constexpr int kNotesAfter = 800; ///< milliseconds without a key until notes are written

QLabel* makeText(QWidget* parent, const char* name)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextBrowserInteraction);
    return label;
}

} // namespace

RunDetails::RunDetails(QWidget* parent)
    : QWidget(parent)
    , m_hint(new QLabel(tr("What is known of a run is described here once one is selected."), this))
    , m_content(new QWidget)
    , m_name(new QLineEdit(m_content))
    , m_tags(new QLineEdit(m_content))
    , m_notes(new QPlainTextEdit(m_content))
    , m_status(makeText(m_content, "runStatus"))
{
    m_status->setTextFormat(Qt::PlainText);
    setObjectName(QStringLiteral("runDetails"));
    m_hint->setWordWrap(true);
    m_hint->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_hint->setMargin(12);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_name->setObjectName(QStringLiteral("runName"));
    m_name->setPlaceholderText(tr("Name"));
    m_name->setAccessibleName(tr("Name of the run"));
    m_tags->setObjectName(QStringLiteral("runTags"));
    m_tags->setPlaceholderText(tr("Tags, separated by commas"));
    m_tags->setAccessibleName(tr("Tags"));
    m_notes->setObjectName(QStringLiteral("runNotes"));
    m_notes->setPlaceholderText(tr("Notes"));
    m_notes->setAccessibleName(tr("Notes"));
    m_notes->setFixedHeight(84);
    m_notes->setTabChangesFocus(true);

    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(12, 12, 12, 12);
    m_column->setSpacing(8);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_name, m_status, m_tags, m_notes})
        m_column->addWidget(widget);
    makeFacts();
    makeMessages();
    makeLog();
    makeCheckpoints();
    makeSettings();
    m_column->addStretch(1);

    auto* area = new QScrollArea(this);
    area->setWidget(m_content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_hint);
    layout->addWidget(area, 1);

    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(kNotesAfter);
    connect(&m_noteTimer, &QTimer::timeout, this, &RunDetails::commitNotes);
    const auto later = [this] {
        m_noteTimer.start();
    };
    connect(m_name, &QLineEdit::textEdited, this, later);
    connect(m_tags, &QLineEdit::textEdited, this, later);
    connect(m_notes, &QPlainTextEdit::textChanged, this, later);
    for (QLineEdit* edit : {m_name, m_tags})
        connect(edit, &QLineEdit::editingFinished, this, &RunDetails::commitNotes);
    setRuns({});
}

RunDetails::~RunDetails() = default;

void RunDetails::makeFacts()
{
    m_facts = new DetailSection(tr("Run"), m_content);
    for (const QString& name : runFactNames()) {
        const DetailRow row = m_facts->addRow(name);
        m_factNames.push_back(row.name);
        m_factValues.push_back(row.value);
    }
    auto* open = new QPushButton(tr("Open folder"), m_facts);
    open->setObjectName(QStringLiteral("openRunFolder"));
    connect(open, &QPushButton::clicked, this, [this] {
        if (!m_runs.empty())
            Q_EMIT folderRequested(fromPath(m_runs[0]->path()));
    });
    m_facts->add(open);
    m_column->addWidget(m_facts);
}

void RunDetails::makeCheckpoints()
{
    auto* section = new DetailSection(tr("Checkpoints"), m_content);
    m_checkpoints = makeText(section, "runCheckpoints");
    m_checkpoints->setToolTip(tr("Opens a checkpoint in Inspect"));
    section->add(m_checkpoints);
    connect(m_checkpoints, &QLabel::linkActivated, this, [this](const QString& name) {
        if (!m_runs.empty())
            Q_EMIT checkpointRequested(fromPath(m_runs[0]->path() / "checkpoints" / toPath(name)));
    });
    m_column->addWidget(section);
    auto* scores = new DetailSection(tr("Scores"), m_content);
    m_scoreCaption = makeText(scores, "scoreCaption");
    m_scoreCaption->setForegroundRole(QPalette::PlaceholderText);
    m_scores = new ScoreView(scores);
    scores->add(m_scoreCaption);
    scores->add(m_scores);
    m_column->addWidget(scores);
}

void RunDetails::makeSettings()
{
    auto* section = new DetailSection(tr("Settings"), m_content);
    m_settings = new SettingsModel(this);
    m_onlyDifferences = new QToolButton(section);
    m_onlyDifferences->setObjectName(QStringLiteral("onlyDifferences"));
    m_onlyDifferences->setText(tr("Only differences"));
    m_onlyDifferences->setCheckable(true);
    connect(m_onlyDifferences, &QToolButton::toggled, m_settings,
            &SettingsModel::setOnlyDifferences);
    m_table = new QTableView(section);
    m_table->setObjectName(QStringLiteral("runSettings"));
    m_table->setModel(m_settings);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(22);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setMinimumHeight(320);
    section->add(m_onlyDifferences);
    section->add(m_table);
    m_column->addWidget(section);
}

void RunDetails::makeMessages()
{
    m_messageSection = new DetailSection(tr("Messages"), m_content);
    m_messages = makeText(m_messageSection, "runMessages");
    m_messages->setTextFormat(Qt::PlainText);
    m_messageSection->add(m_messages);
    m_column->addWidget(m_messageSection);
}

void RunDetails::makeLog()
{
    m_logSection = new DetailSection(tr("Last lines of the log"), m_content);
    m_log = new QPlainTextEdit(m_logSection);
    m_log->setObjectName(QStringLiteral("runLog"));
    m_log->setAccessibleName(tr("Last lines of the log"));
    m_log->setReadOnly(true);
    m_log->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_log->setTabChangesFocus(true);
    m_log->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    QFont figures = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    figures.setPointSizeF(font().pointSizeF() * 0.9);
    m_log->setFont(figures);
    m_log->setFixedHeight(168);
    // The end is what counts, also once the lines are broken at another width.
    QScrollBar* bar = m_log->verticalScrollBar();
    connect(bar, &QScrollBar::rangeChanged, bar, [bar](int, int end) { bar->setValue(end); });
    m_logSection->add(m_log);
    m_column->addWidget(m_logSection);
}

void RunDetails::setRuns(const std::vector<const RunRecord*>& runs)
{
    const bool other = runs.empty() || m_runs.empty() || runs[0]->path() != m_noted;
    if (other)
        commitNotes();
    m_runs = runs;
    m_hint->setVisible(runs.empty());
    m_content->parentWidget()->parentWidget()->setVisible(!runs.empty());
    if (runs.empty())
        m_noted.clear();
    refresh();
}

void RunDetails::refresh()
{
    if (m_runs.empty())
        return;
    showNotes();
    showFacts();
    showCheckpoints();
    showMessages();
    showLog();
    showSettings();
}

void RunDetails::editName()
{
    m_name->setFocus();
    m_name->selectAll();
}

void RunDetails::showNotes()
{
    const RunRecord& run = *m_runs[0];
    // What is being written is not overwritten by what was read meanwhile.
    const bool same = run.path() == m_noted && run.notes() == m_shownNotes;
    if (same || (run.path() == m_noted && m_noteTimer.isActive()))
        return;
    m_noted = run.path();
    m_shownNotes = run.notes();
    const QSignalBlocker quiet(m_notes);
    m_name->setText(run.name());
    QStringList tags;
    for (const std::string& tag : run.notes().tags)
        tags << oneLine(tag);
    m_tags->setText(tags.join(QStringLiteral(", ")));
    m_notes->setPlainText(QString::fromStdString(run.notes().notes));
}

void RunDetails::commitNotes()
{
    m_noteTimer.stop();
    if (m_noted.empty())
        return;
    // Fields cannot show everything that a file may hold: what nobody touched stays as it is.
    RunNotes notes = m_shownNotes;
    if (m_name->isModified()) {
        const QString name = m_name->text().trimmed();
        notes.name = name == fromPath(m_noted.filename()) ? std::string() : name.toStdString();
    }
    if (m_tags->isModified()) {
        notes.tags.clear();
        for (const QString& tag : m_tags->text().split(QLatin1Char(','), Qt::SkipEmptyParts)) {
            if (!tag.trimmed().isEmpty())
                notes.tags.push_back(tag.trimmed().toStdString());
        }
    }
    if (m_notes->document()->isModified())
        notes.notes = m_notes->toPlainText().toStdString();
    if (notes == m_shownNotes)
        return;
    m_shownNotes = notes;
    Q_EMIT notesEdited(m_noted, notes);
}

void RunDetails::showFacts()
{
    const RunRecord& run = *m_runs[0];
    const QString ending = run.ending();
    m_status->setText(ending.isEmpty() ? sentence(statusWord(run.status()).toStdString())
                                       : sentence(ending.toStdString()));
    const QStringList values = runFacts(run);
    for (std::size_t i = 0; i < m_factValues.size(); ++i)
        DetailRow{m_factNames[i], m_factValues[i]}.set(values.value(qsizetype(i)));
}

void RunDetails::showCheckpoints()
{
    const RunRecord& run = *m_runs[0];
    const QString text = checkpointLinks(run);
    if (m_checkpoints->text() != text)
        m_checkpoints->setText(text);
    const auto& valid = run.history().valid;
    m_scores->setScores(valid.empty() ? std::nullopt : std::optional(valid.back().scores));
    m_scoreCaption->setText(
        valid.empty() ? QString()
                      : tr("Validation at update %1").arg(countWords(valid.back().update)));
    m_scoreCaption->setVisible(!valid.empty());
}

void RunDetails::showMessages()
{
    const QString text = runMessages(*m_runs[0]);
    m_messageSection->setVisible(!text.isEmpty());
    if (m_messages->text() != text)
        m_messages->setText(text);
}

void RunDetails::showLog()
{
    const RunRecord& run = *m_runs[0];
    const bool ended = !run.live() && run.status() != RunStatus::Finished;
    const QString text = ended ? run.log() : QString();
    m_logSection->setVisible(!text.isEmpty());
    // What somebody selects stays selected.
    if (text == m_shownLog)
        return;
    m_shownLog = text;
    m_log->setPlainText(text);
    m_log->moveCursor(QTextCursor::End);
}

void RunDetails::showSettings()
{
    std::vector<SettingsModel::Run> runs;
    for (const RunRecord* run : m_runs) {
        if (run->config())
            runs.push_back({run->name(), *run->config()});
    }
    m_onlyDifferences->setVisible(runs.size() > 1);
    const int before = m_settings->columnCount();
    m_settings->setRuns(std::move(runs));
    if (m_settings->columnCount() == before)
        return;
    m_table->resizeColumnsToContents();
    constexpr int kWidest = 180;
    for (int column = 0; column < m_settings->columnCount(); ++column)
        m_table->setColumnWidth(column, std::min(kWidest, m_table->columnWidth(column)));
}

} // namespace phono
