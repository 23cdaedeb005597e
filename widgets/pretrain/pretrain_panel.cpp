#include "widgets/pretrain/pretrain_panel.h"

#include "widgets/curves/curve_actions.h"
#include "widgets/curves/curve_grid.h"
#include "widgets/pretrain/run_details.h"
#include "widgets/pretrain/runs_empty.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/tinted_tree.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolBar>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace phono {

namespace fs = std::filesystem;

PretrainPanel::PretrainPanel(QThreadPool& pool, QWidget* parent)
    : Panel(QStringLiteral("pretrain"), tr("Pretrain"), parent)
    , m_sorted(new QSortFilterProxyModel(this))
    , m_toolBar(new QToolBar(tr("Runs")))
    , m_table(new TintedTree)
    , m_curves(new CurveGrid(runPlots()))
    , m_details(new RunDetails)
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_stack(new QStackedLayout)
    , m_actions(pool)
    , m_watcher(pool)
{
    makeTable();
    m_curveActions = new CurveActions(*m_curves, *m_curves);
    makeActions();
    makeToolBar();
    auto* area = new QScrollArea;
    area->setWidget(m_curves);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusProxy(m_curves);
    auto* padded = new QWidget;
    padded->setAutoFillBackground(true);
    padded->setBackgroundRole(QPalette::Base);
    auto* margins = new QVBoxLayout(padded);
    margins->setContentsMargins(12, 4, 12, 4);
    margins->addWidget(area);
    m_splitter->setObjectName(QStringLiteral("pretrainSplitter"));
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(padded);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({170, 600});
    m_splitter->setChildrenCollapsible(false);

    auto* empty = new RunsEmpty;
    connect(empty, &RunsEmpty::newRunRequested, this, &PretrainPanel::newRunRequested);
    connect(empty, &RunsEmpty::folderRequested, this, &PretrainPanel::folderChoiceRequested);
    connect(empty, &RunsEmpty::demoRequested, this, &PretrainPanel::demoRequested);
    m_emptyFolder = empty->folderLabel();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_toolBar);
    column->addLayout(m_stack, 1);
    m_stack->addWidget(empty);
    m_stack->addWidget(m_splitter);
    m_toolBar->hide();
    setFocusProxy(m_table);
    connectRuns();
    refreshActions();
}

PretrainPanel::~PretrainPanel()
{
    m_watcher.disconnect(this);
    // The actions write it before they go.
    m_details->commitNotes();
    // Nobody may have shown them; they refer to the runs, which go now.
    delete m_details;
}

void PretrainPanel::makeTable()
{
    m_sorted->setSourceModel(&m_model);
    m_sorted->setSortRole(RunsModel::kSortRole);
    m_sorted->setDynamicSortFilter(true);
    m_table->setObjectName(QStringLiteral("runsTable"));
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_sorted);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunsModel::Started, Qt::DescendingOrder);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setIconSize(QSize(24, 12));
    m_table->setMinimumHeight(80);
    QHeaderView* header = m_table->header();
    header->setStretchLastSection(false);
    const int widths[] = {210, 100, 132, 64, 80, 88, 92, 124};
    for (int column = 0; column < RunsModel::kColumns; ++column)
        header->resizeSection(column, widths[column]);
}

void PretrainPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    fitNames();
}

void PretrainPanel::fitNames()
{
    // Names take what the numbers leave, but never nothing.
    constexpr int kLeast = 100;
    QHeaderView* header = m_table->header();
    const int others = header->length() - header->sectionSize(RunsModel::Name);
    const int scrollBar = m_table->verticalScrollBar()->sizeHint().width();
    header->resizeSection(RunsModel::Name, std::max(kLeast, width() - others - scrollBar));
}

void PretrainPanel::changeEvent(QEvent* event)
{
    Panel::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    assignStyles();
    showCurves();
}

void PretrainPanel::connectRuns()
{
    connect(&m_watcher, &RunWatcher::updated, this, &PretrainPanel::applyUpdate);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &PretrainPanel::selectionChanged);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &PretrainPanel::selectionChanged);
    connect(m_table, &QTreeView::customContextMenuRequested, this, &PretrainPanel::showTableMenu);
    connect(&m_actions, &RunActions::noticed, this, &PretrainPanel::noticed);
    connect(&m_actions, &RunActions::changed, this, &PretrainPanel::searchNow);
    connect(m_details, &RunDetails::notesEdited, &m_actions, &RunActions::setNotes);
    connect(m_details, &RunDetails::checkpointRequested, this, &PretrainPanel::checkpointRequested);
    connect(m_details, &RunDetails::folderRequested, this, &PretrainPanel::openFolder);
    connect(m_curves, &CurveGrid::contextMenuRequested, this, [this](QPoint at) {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions(m_curveActions->all());
        menu->addSeparator();
        menu->addActions({m_picture, m_csv, m_tensorBoard});
        menu->popup(at);
    });
}

void PretrainPanel::setFolder(const fs::path& folder)
{
    if (folder == m_watcher.folder())
        return;
    m_details->setRuns({});
    m_model.clear();
    m_firstLook = true;
    m_folderProblem.clear();
    m_emptyFolder->setText(tr("Runs are kept in %1").arg(fromPath(folder)));
    m_watcher.watch(folder);
}

const RunRecord* PretrainPanel::current() const
{
    const auto runs = selected();
    return runs.empty() ? nullptr : runs[0];
}

std::vector<const RunRecord*> PretrainPanel::selected() const
{
    const QItemSelectionModel& selection = *m_table->selectionModel();
    QModelIndexList rows = selection.selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    const int current = selection.currentIndex().row();
    std::ranges::stable_partition(rows, [&](const auto& row) { return row.row() == current; });
    std::vector<const RunRecord*> runs;
    for (const QModelIndex& row : rows)
        runs.push_back(&m_model.run(m_sorted->mapToSource(row).row()));
    return runs;
}

std::vector<fs::path> PretrainPanel::selectedRuns() const
{
    std::vector<fs::path> paths;
    for (const RunRecord* run : selected())
        paths.push_back(run->path());
    return paths;
}

void PretrainPanel::select(const std::vector<fs::path>& runs)
{
    // A search that goes on now may have missed them.
    constexpr int kSearches = 2;
    m_waiting = runs;
    m_patience = kSearches;
    selectWaiting(true);
}

void PretrainPanel::selectWaiting(bool all)
{
    std::vector<int> rows;
    for (const fs::path& path : m_waiting) {
        if (const int row = m_model.rowOf(path); row >= 0)
            rows.push_back(row);
        else if (all)
            return;
    }
    m_waiting.clear();
    if (rows.empty())
        return;
    QItemSelection wanted;
    for (const int row : rows) {
        const QModelIndex index = m_sorted->mapFromSource(m_model.index(row, 0));
        wanted.select(index, index);
    }
    const auto how = QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows;
    const QModelIndex first = m_sorted->mapFromSource(m_model.index(rows[0], 0));
    m_table->selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
    m_table->selectionModel()->select(wanted, how);
    m_table->scrollTo(first);
}

void PretrainPanel::applyUpdate(FolderUpdate& update)
{
    const bool searched = update.runs.has_value();
    // Said once, however often the folder is looked at.
    if ((searched || !update.problem.empty())
        && std::exchange(m_folderProblem, update.problem) != update.problem
        && !update.problem.empty())
        Q_EMIT noticed(
            {Severity::Warning, sentence(update.problem), {}, QStringLiteral("runsFolder"), {}});
    if (searched) {
        // Rows of runs that are gone take their records with them.
        const auto& there = *update.runs;
        const auto gone = [&](const RunRecord* run) {
            return !std::ranges::binary_search(there, run->path());
        };
        if (std::ranges::any_of(selected(), gone))
            m_details->setRuns({});
    }
    const auto before = m_model.rowCount();
    const bool news = !update.updates.empty();
    m_model.apply(update);
    if (searched) {
        m_stack->setCurrentIndex(m_model.rowCount() > 0 ? 1 : 0);
        m_toolBar->setVisible(m_model.rowCount() > 0);
    }
    if (!m_waiting.empty())
        selectWaiting(!searched || --m_patience > 0);
    if (searched && m_firstLook && m_waiting.empty() && m_watcher.reading()
        && m_model.rowCount() > 0) {
        m_firstLook = false;
        selectNewest();
    }
    if (!news && m_model.rowCount() == before)
        return;
    showCurves();
    m_details->refresh();
    refreshActions();
    refreshFacts();
}

void PretrainPanel::selectNewest()
{
    // Something to see.
    if (selected().empty())
        select({m_model.run(m_sorted->mapToSource(m_sorted->index(0, 0)).row()).path()});
}

void PretrainPanel::selectionChanged()
{
    assignStyles();
    m_watcher.want(selectedRuns());
    m_details->setRuns(selected());
    showCurves();
    refreshActions();
    refreshFacts();
}

void PretrainPanel::assignStyles()
{
    std::map<fs::path, int> numbers;
    const auto runs = selected();
    // A run keeps its colour for as long as it is shown.
    for (const RunRecord* run : runs) {
        const auto known = m_slots.find(run->path());
        if (known != m_slots.end())
            numbers.insert(*known);
    }
    for (const RunRecord* run : runs) {
        if (numbers.contains(run->path()))
            continue;
        int free = 0;
        while (
            std::ranges::any_of(numbers, [&](const auto& taken) { return taken.second == free; }))
            ++free;
        numbers.emplace(run->path(), free);
    }
    m_slots = std::move(numbers);
    std::map<fs::path, CurveStyle> styles;
    const bool dark = Theme::of(palette()).dark;
    for (const auto& [path, slot] : m_slots)
        styles.emplace(path, CurveStyle::numbered(slot, dark));
    m_model.setStyles(std::move(styles));
}

QByteArray PretrainPanel::saveState() const
{
    QJsonArray selection;
    for (const fs::path& path : selectedRuns())
        selection.append(fromPath(path));
    const QJsonObject state{
        {QStringLiteral("selected"), selection},
        {QStringLiteral("curves"), QString::fromUtf8(m_curves->settings().toJson())},
        {QStringLiteral("splitter"), QString::fromLatin1(m_splitter->saveState().toBase64())},
        {QStringLiteral("header"), QString::fromLatin1(m_table->header()->saveState().toBase64())}};
    return QJsonDocument(state).toJson(QJsonDocument::Compact);
}

void PretrainPanel::restoreState(const QByteArray& json)
{
    const QJsonObject state = QJsonDocument::fromJson(json).object();
    if (state.isEmpty())
        return;
    const auto bytes = [&](const char* key) {
        return QByteArray::fromBase64(state[QLatin1String(key)].toString().toLatin1());
    };
    m_curves->setSettings(
        CurveSettings::fromJson(state[QStringLiteral("curves")].toString().toUtf8()));
    m_splitter->restoreState(bytes("splitter"));
    m_table->header()->restoreState(bytes("header"));
    std::vector<fs::path> runs;
    for (const auto& path : state[QStringLiteral("selected")].toArray())
        runs.push_back(toPath(path.toString()));
    select(runs);
}

} // namespace phono
