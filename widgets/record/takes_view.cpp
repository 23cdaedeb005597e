#include "widgets/record/takes_view.h"

#include "widgets/shell/current_stack.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/tinted_tree.h"
#include "widgets/theme.h"

#include <QAction>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QTreeView>

#include <algorithm>

namespace phono {
namespace {

constexpr int kNames = 200; ///< pixels, for which other columns give way
constexpr int kFewestNames = 120;
constexpr int kNarrow = 560; ///< buttons go below their text
constexpr int kSide = 9;

} // namespace

TakesView::TakesView(QWidget* parent)
    : QWidget(parent)
    , m_sorted(new QSortFilterProxyModel(this))
    , m_stack(new CurrentStack(this))
    , m_table(new TintedTree(this))
{
    setObjectName(QStringLiteral("takes"));
    makeTable();
    makeActions();
    auto* filled = new QWidget(this);
    auto* column = new QVBoxLayout(filled);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeUnfinished());
    // Texts of the table begin where those of the panel do.
    auto* sides = new QHBoxLayout;
    sides->setContentsMargins(kSide, 0, kSide, 0);
    sides->addWidget(m_table);
    column->addLayout(sides, 1);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_stack);
    m_stack->addWidget(makeEmpty());
    m_stack->addWidget(filled);
    setFocusProxy(m_table);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    connect(&m_model, &TakesModel::renameRequested, this, &TakesView::renameRequested);
    followTheme();
    refreshActions();
}

QWidget* TakesView::makeEmpty()
{
    auto* empty = new QWidget(this);
    auto* title = new QLabel(tr("No takes yet"), empty);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* text = new QLabel(tr("Speak, look at the level above, and press Record (R)."), empty);
    m_emptyFolder = new QLabel(empty);
    m_emptyFolder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* column = new QVBoxLayout(empty);
    column->setSpacing(8);
    column->addStretch();
    for (QLabel* label : {title, text, m_emptyFolder}) {
        label->setAlignment(Qt::AlignCenter);
        label->setTextFormat(Qt::PlainText);
        if (label != title)
            label->setForegroundRole(QPalette::PlaceholderText);
        column->addWidget(label);
    }
    column->addStretch();
    return empty;
}

QWidget* TakesView::makeUnfinished()
{
    m_unfinished = new QWidget(this);
    m_unfinished->setObjectName(QStringLiteral("unfinishedTake"));
    m_unfinishedMark = new QLabel(m_unfinished);
    m_unfinishedText = new QLabel(m_unfinished);
    m_unfinishedText->setWordWrap(true);
    m_unfinishedText->setTextFormat(Qt::PlainText);
    auto* keep = new QPushButton(tr("Keep"), m_unfinished);
    keep->setObjectName(QStringLiteral("keepTake"));
    auto* trash = new QPushButton(tr("Move to trash"), m_unfinished);
    trash->setObjectName(QStringLiteral("trashUnfinished"));
    auto* words = new QHBoxLayout;
    words->setSpacing(8);
    words->addWidget(m_unfinishedMark, 0, Qt::AlignTop);
    words->addWidget(m_unfinishedText, 1);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    buttons->addWidget(keep);
    buttons->addWidget(trash);
    m_unfinishedRow = new QBoxLayout(QBoxLayout::LeftToRight, m_unfinished);
    m_unfinishedRow->setContentsMargins(12, 8, 12, 8);
    m_unfinishedRow->setSpacing(8);
    m_unfinishedRow->addLayout(words, 1);
    m_unfinishedRow->addLayout(buttons);
    m_unfinished->hide();
    connect(keep, &QPushButton::clicked, this, [this] {
        if (const Take* take = unfinished())
            Q_EMIT keepRequested(fromPath(take->file));
    });
    connect(trash, &QPushButton::clicked, this, [this] {
        if (const Take* take = unfinished())
            Q_EMIT trashRequested({fromPath(take->file)});
    });
    return m_unfinished;
}

void TakesView::makeTable()
{
    m_sorted->setSourceModel(&m_model);
    m_sorted->setSortRole(TakesModel::kSortRole);
    m_sorted->setDynamicSortFilter(true);
    m_table->setObjectName(QStringLiteral("takesTable"));
    m_table->setAccessibleName(tr("Takes"));
    m_table->setModel(m_sorted);
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(TakesModel::Written, Qt::DescendingOrder);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setDragEnabled(true);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setMinimumHeight(48);
    m_table->installEventFilter(this);
    QHeaderView* header = m_table->header();
    header->setStretchLastSection(false);
    constexpr int kWidths[] = {240, 80, 88, 72, 72, 80, 128};
    for (int column = 0; column < TakesModel::kColumns; ++column)
        header->resizeSection(column, kWidths[column]);
    connect(m_table, &QTreeView::doubleClicked, this, &TakesView::openCurrent);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this] { refreshActions(); });
    connect(m_table, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions(m_actions);
        menu->popup(m_table->viewport()->mapToGlobal(at));
    });
}

void TakesView::makeActions()
{
    const auto add = [this](const char* icon, const QString& text, auto run) {
        auto* action = new QAction(text, this);
        if (icon)
            action->setIcon(lineIcon(QLatin1String(icon)));
        connect(action, &QAction::triggered, this, run);
        m_actions << action;
        return action;
    };
    // The keys are the table's alone, so they are shown but no shortcuts.
    m_open = add("inspect", tr("Open in Inspect\tReturn"), &TakesView::openCurrent);
    m_rename = add(nullptr, tr("Rename\tF2"), &TakesView::rename);
    m_show = add("open", tr("Show in folder"), [this] {
        if (const QStringList files = selected(); !files.isEmpty())
            Q_EMIT folderShown(files.front());
    });
    m_keep = add(nullptr, tr("Keep unfinished take"), [this] {
        for (const QString& file : selected()) {
            if (m_model.take(m_model.rowOf(toPath(file))).state == Take::State::Unfinished)
                Q_EMIT keepRequested(file);
        }
    });
    m_trash = add("trash", tr("Move to trash\tDel"), &TakesView::trash);
}

void TakesView::setTakes(std::vector<Take> takes)
{
    m_model.setTakes(std::move(takes));
    m_stack->setCurrentIndex(m_model.rowCount() > 0 ? 1 : 0);
    selectWaiting();
    refreshUnfinished();
    refreshActions();
    fitColumns();
}

void TakesView::setFolder(const QString& folder)
{
    m_emptyFolder->setText(tr("Takes are kept in %1").arg(folder));
}

QStringList TakesView::selected() const
{
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QStringList files;
    for (const QModelIndex& row : rows)
        files << fromPath(m_model.take(m_sorted->mapToSource(row).row()).file);
    return files;
}

void TakesView::select(const QString& file)
{
    m_waiting = file;
    selectWaiting();
}

void TakesView::selectWaiting()
{
    const int row = m_waiting.isEmpty() ? -1 : m_model.rowOf(toPath(m_waiting));
    if (row < 0)
        return;
    m_waiting.clear();
    const QModelIndex index = m_sorted->mapFromSource(m_model.index(row, 0));
    m_table->setCurrentIndex(index);
    m_table->scrollTo(index);
}

const Take* TakesView::unfinished() const
{
    for (int row = 0; row < m_model.rowCount(); ++row) {
        if (m_model.take(row).state == Take::State::Unfinished)
            return &m_model.take(row);
    }
    return nullptr;
}

void TakesView::refreshUnfinished()
{
    const Take* take = unfinished();
    m_unfinished->setVisible(take != nullptr);
    if (!take)
        return;
    m_unfinishedText->setText(
        tr("“%1” was not finished: the program or the computer stopped while it was recorded. "
           "Everything but its last moment is there.")
            .arg(fromPath(take->file.filename())));
}

void TakesView::refreshActions()
{
    const QStringList files = selected();
    const auto stateOf = [this](const QString& file) {
        return m_model.take(m_model.rowOf(toPath(file))).state;
    };
    const bool busy = std::ranges::any_of(
        files, [&](const QString& file) { return stateOf(file) == Take::State::Recording; });
    const bool any = !files.isEmpty();
    m_open->setEnabled(any && !busy);
    m_rename->setEnabled(files.size() == 1 && !busy);
    m_show->setEnabled(any);
    m_trash->setEnabled(any && !busy);
    m_keep->setVisible(std::ranges::any_of(
        files, [&](const QString& file) { return stateOf(file) == Take::State::Unfinished; }));
}

void TakesView::openCurrent()
{
    if (!m_open->isEnabled())
        return;
    // Of what is selected; the current row need not be.
    Q_EMIT openRequested(selected().front());
}

void TakesView::rename()
{
    if (m_rename->isEnabled())
        m_table->edit(m_table->selectionModel()->selectedRows().front());
}

void TakesView::trash()
{
    if (m_trash->isEnabled())
        Q_EMIT trashRequested(selected());
}

bool TakesView::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const auto run = [&]() -> void (TakesView::*)() {
        if (key->modifiers() & ~Qt::KeypadModifier)
            return nullptr;
        switch (key->key()) {
        case Qt::Key_F2:
            return &TakesView::rename;
        case Qt::Key_Delete:
            return &TakesView::trash;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            return &TakesView::openCurrent;
        default:
            return nullptr;
        }
    }();
    if (!run)
        return QWidget::eventFilter(watched, event);
    // The window has other uses for some of these keys.
    event->accept();
    if (event->type() == QEvent::KeyPress)
        (this->*run)();
    return true;
}

void TakesView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

void TakesView::fitColumns()
{
    QHeaderView* header = m_table->header();
    for (int column = 0; column < TakesModel::kColumns; ++column)
        m_table->setColumnHidden(column, column == TakesModel::State && !anyState());
    const int scrollBar = m_table->verticalScrollBar()->sizeHint().width();
    const auto roomForNames = [&] {
        const int others = header->length() - header->sectionSize(TakesModel::Name);
        return width() - 2 * kSide - others - scrollBar;
    };
    // What a take is, before how it was recorded.
    for (const int column :
         {TakesModel::Channels, TakesModel::Rate, TakesModel::Size, TakesModel::Written}) {
        if (roomForNames() < kNames)
            m_table->setColumnHidden(column, true);
    }
    header->resizeSection(TakesModel::Name, std::max(kFewestNames, roomForNames()));
    m_unfinishedRow->setDirection(width() < kNarrow ? QBoxLayout::TopToBottom
                                                    : QBoxLayout::LeftToRight);
}

bool TakesView::anyState() const
{
    for (int row = 0; row < m_model.rowCount(); ++row) {
        if (m_model.take(row).state != Take::State::Finished)
            return true;
    }
    return false;
}

void TakesView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        followTheme();
}

void TakesView::followTheme()
{
    m_unfinishedMark->setPixmap(
        lineIcon(QStringLiteral("warning")).pixmap(QSize(16, 16), devicePixelRatioF()));
}

} // namespace phono
