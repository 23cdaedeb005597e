#include "widgets/shell/library_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileSystemModel>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>
#include <QVBoxLayout>

namespace phono {
namespace {

QLabel* makeHeading(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

void addPathActions(QMenu& menu, const QString& path)
{
    menu.addAction(QObject::tr("Copy path"), [path] { QApplication::clipboard()->setText(path); });
    menu.addAction(QObject::tr("Show in file manager"), [path] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).absolutePath()));
    });
}

} // namespace

QString LibraryPanel::Shelf::pathAt(const QModelIndex& index) const
{
    return index.data(PathListModel::kPathRole).toString();
}

bool LibraryPanel::Shelf::removableAt(const QModelIndex& index) const
{
    return model->entry(proxy->mapToSource(index)).removable;
}

LibraryPanel::LibraryPanel(const QStringList& audioFilters, QWidget* parent)
    : QWidget(parent)
    , m_audioFilters(audioFilters)
    , m_search(new QLineEdit(this))
    , m_recordings(makeShelf(QStringLiteral("recentRecordings")))
    , m_checkpoints(makeShelf(QStringLiteral("checkpoints")))
    , m_runs(makeFilter(Qt::DisplayRole))
    , m_runList(makeList(QStringLiteral("runs"), m_runs))
    , m_folderName(new QLabel(this))
    , m_folderStack(new QStackedWidget(this))
    , m_files(new QFileSystemModel(this))
    , m_folderView(new QTreeView(this))
{
    m_search->setObjectName(QStringLiteral("librarySearch"));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setClearButtonEnabled(true);
    auto* tabs = new QTabWidget(this);
    tabs->setObjectName(QStringLiteral("libraryTabs"));
    tabs->setDocumentMode(true);
    tabs->setUsesScrollButtons(false);
    tabs->setElideMode(Qt::ElideNone);
    tabs->addTab(makeRecordingsTab(), tr("Recordings"));
    tabs->addTab(makeCheckpointsTab(), tr("Checkpoints"));
    tabs->addTab(makeRunsTab(), tr("Runs"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(m_search);
    column->addWidget(tabs);
    connect(m_search, &QLineEdit::textChanged, this, &LibraryPanel::search);
}

LibraryPanel::Shelf LibraryPanel::makeShelf(const QString& name)
{
    auto* proxy = makeFilter(PathListModel::kPathRole);
    const Shelf shelf{new PathListModel(this), proxy, makeList(name, proxy)};
    shelf.proxy->setSourceModel(shelf.model);
    return shelf;
}

QSortFilterProxyModel* LibraryPanel::makeFilter(int role)
{
    auto* filter = new QSortFilterProxyModel(this);
    filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter->setFilterRole(role);
    return filter;
}

QListView* LibraryPanel::makeList(const QString& name, QSortFilterProxyModel* shown)
{
    auto* list = new QListView(this);
    list->setObjectName(name);
    list->setModel(shown);
    list->setDragEnabled(true);
    list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    list->setTextElideMode(Qt::ElideMiddle);
    list->setUniformItemSizes(true);
    list->setContextMenuPolicy(Qt::CustomContextMenu);
    list->setFrameShape(QFrame::NoFrame);
    return list;
}

QWidget* LibraryPanel::makeRecordingsTab()
{
    m_files->setNameFilters(m_audioFilters);
    m_files->setNameFilterDisables(false);
    m_folderView->setObjectName(QStringLiteral("folderView"));
    m_folderView->setHeaderHidden(true);
    m_folderView->setDragEnabled(true);
    m_folderView->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_folderView->setTextElideMode(Qt::ElideMiddle);
    m_folderView->setContextMenuPolicy(Qt::CustomContextMenu);
    m_folderView->setFrameShape(QFrame::NoFrame);
    m_folderName->setForegroundRole(QPalette::PlaceholderText);
    auto* choose = new QToolButton(this);
    choose->setText(QStringLiteral("…"));
    choose->setAutoRaise(true);
    choose->setToolTip(tr("Choose the folder to browse"));
    choose->setAccessibleName(choose->toolTip());

    auto* recent = new QWidget(this);
    auto* recentColumn = new QVBoxLayout(recent);
    recentColumn->setContentsMargins(0, 8, 0, 0);
    recentColumn->addWidget(makeHeading(tr("Recent"), recent));
    recentColumn->addWidget(m_recordings.view);
    auto* open = new QPushButton(tr("Open recording…"), recent);
    recentColumn->addWidget(open);

    auto* folder = new QWidget(this);
    auto* folderColumn = new QVBoxLayout(folder);
    folderColumn->setContentsMargins(0, 8, 0, 0);
    auto* folderRow = new QHBoxLayout;
    folderRow->addWidget(m_folderName, 1);
    folderRow->addWidget(choose);
    folderColumn->addLayout(folderRow);
    folderColumn->addWidget(m_folderStack);
    m_folderStack->addWidget(makeFolderHint());
    m_folderStack->addWidget(m_folderView);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(QStringLiteral("librarySplitter"));
    splitter->addWidget(recent);
    splitter->addWidget(folder);
    splitter->setChildrenCollapsible(false);

    connect(open, &QPushButton::clicked, this, &LibraryPanel::openRequested);
    connect(choose, &QToolButton::clicked, this, &LibraryPanel::chooseFolder);
    connect(m_recordings.view, &QListView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT recordingActivated(m_recordings.pathAt(index));
    });
    connect(m_recordings.view, &QListView::customContextMenuRequested, this,
            &LibraryPanel::recordingMenu);
    connect(m_folderView, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (!m_files->isDir(index))
            Q_EMIT recordingActivated(m_files->filePath(index));
    });
    connect(m_folderView, &QTreeView::customContextMenuRequested, this, &LibraryPanel::folderMenu);
    m_folderName->setText(tr("Folder"));
    return splitter;
}

QWidget* LibraryPanel::makeFolderHint()
{
    auto* hint = new QWidget(this);
    auto* text = makeHeading(tr("Browse the recordings of a folder here."), hint);
    text->setWordWrap(true);
    auto* choose = new QPushButton(tr("Choose folder…"), hint);
    auto* column = new QVBoxLayout(hint);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(text);
    column->addWidget(choose);
    column->addStretch(1);
    connect(choose, &QPushButton::clicked, this, &LibraryPanel::chooseFolder);
    return hint;
}

QWidget* LibraryPanel::makeCheckpointsTab()
{
    auto* page = new QWidget(this);
    auto* choose = new QPushButton(tr("Choose checkpoint…"), page);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->addWidget(m_checkpoints.view);
    column->addWidget(choose);
    connect(choose, &QPushButton::clicked, this, [this] { Q_EMIT checkpointDetailsRequested({}); });
    connect(m_checkpoints.view, &QListView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT checkpointActivated(m_checkpoints.pathAt(index));
    });
    connect(m_checkpoints.view, &QListView::customContextMenuRequested, this,
            &LibraryPanel::checkpointMenu);
    return page;
}

QWidget* LibraryPanel::makeRunsTab()
{
    auto* page = new QWidget(this);
    auto* hint = makeHeading(tr("No runs yet. Those of the folder of runs are listed here, whether "
                                "they were started in Pretrain or in a shell."),
                             page);
    hint->setWordWrap(true);
    hint->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_runStack = new QStackedWidget(page);
    m_runStack->addWidget(hint);
    m_runStack->addWidget(m_runList);
    auto* start = new QPushButton(tr("New run…"), page);
    start->setObjectName(QStringLiteral("libraryNewRun"));
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->addWidget(m_runStack);
    column->addWidget(start);
    connect(start, &QPushButton::clicked, this, &LibraryPanel::newRunRequested);
    connect(m_runList, &QListView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT runActivated(index.data(PathListModel::kPathRole).toString());
    });
    connect(m_runList, &QListView::customContextMenuRequested, this, &LibraryPanel::runMenu);
    return page;
}

void LibraryPanel::setRuns(QAbstractItemModel& runs)
{
    m_runs->setSourceModel(&runs);
    const auto update = [this, &runs] {
        m_runStack->setCurrentIndex(runs.rowCount() > 0 ? 1 : 0);
    };
    for (const auto changed : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&runs, changed, this, update);
    update();
}

void LibraryPanel::setRecordings(std::vector<PathEntry> entries)
{
    m_recordings.model->setEntries(std::move(entries));
}

void LibraryPanel::setCheckpoints(std::vector<PathEntry> entries)
{
    m_checkpoints.model->setEntries(std::move(entries));
}

void LibraryPanel::setCurrentRecording(const QString& path)
{
    m_recordings.model->setCurrent(path);
}

void LibraryPanel::setCurrentCheckpoint(const QString& path)
{
    m_checkpoints.model->setCurrent(path);
}

void LibraryPanel::setFolder(const QString& path)
{
    if (path.isEmpty() || path == m_folder)
        return;
    m_folder = path;
    m_folderName->setText(QFileInfo(path).fileName());
    m_folderName->setToolTip(QDir::toNativeSeparators(path));
    if (!m_folderView->model()) {
        m_folderView->setModel(m_files);
        for (int column = 1; column < m_files->columnCount(); ++column)
            m_folderView->hideColumn(column);
        m_folderStack->setCurrentWidget(m_folderView);
    }
    m_folderView->setRootIndex(m_files->setRootPath(path));
    Q_EMIT folderChanged(path);
}

void LibraryPanel::search(const QString& text)
{
    m_recordings.proxy->setFilterFixedString(text);
    m_checkpoints.proxy->setFilterFixedString(text);
    m_runs->setFilterFixedString(text);
    QStringList filters;
    for (QString filter : m_audioFilters)
        filters << (text.isEmpty() ? filter : QLatin1Char('*') + text + filter);
    m_files->setNameFilters(filters);
}

void LibraryPanel::recordingMenu(const QPoint& at)
{
    const QModelIndex index = m_recordings.view->indexAt(at);
    if (!index.isValid())
        return;
    const QString path = m_recordings.pathAt(index);
    QMenu menu(this);
    menu.addAction(tr("Open"), [this, path] { Q_EMIT recordingActivated(path); });
    addPathActions(menu, path);
    if (m_recordings.removableAt(index)) {
        menu.addSeparator();
        menu.addAction(tr("Remove from list"), [this, path] { Q_EMIT recordingRemoved(path); });
    }
    menu.exec(m_recordings.view->viewport()->mapToGlobal(at));
}

void LibraryPanel::checkpointMenu(const QPoint& at)
{
    const QModelIndex index = m_checkpoints.view->indexAt(at);
    if (!index.isValid())
        return;
    const QString path = m_checkpoints.pathAt(index);
    QMenu menu(this);
    menu.addAction(tr("Use checkpoint"), [this, path] { Q_EMIT checkpointActivated(path); });
    menu.addAction(tr("About this checkpoint…"),
                   [this, path] { Q_EMIT checkpointDetailsRequested(path); });
    addPathActions(menu, path);
    if (m_checkpoints.removableAt(index)) {
        menu.addSeparator();
        menu.addAction(tr("Remove from list"), [this, path] { Q_EMIT checkpointRemoved(path); });
    }
    menu.exec(m_checkpoints.view->viewport()->mapToGlobal(at));
}

void LibraryPanel::runMenu(const QPoint& at)
{
    const QModelIndex index = m_runList->indexAt(at);
    if (!index.isValid())
        return;
    const QString path = index.data(PathListModel::kPathRole).toString();
    QMenu menu(this);
    menu.addAction(tr("Show in Pretrain"), [this, path] { Q_EMIT runActivated(path); });
    addPathActions(menu, path);
    menu.exec(m_runList->viewport()->mapToGlobal(at));
}

void LibraryPanel::folderMenu(const QPoint& at)
{
    const QModelIndex index = m_folderView->indexAt(at);
    QMenu menu(this);
    if (index.isValid()) {
        const QString path = m_files->filePath(index);
        if (m_files->isDir(index))
            menu.addAction(tr("Browse this folder"), [this, path] { setFolder(path); });
        else
            menu.addAction(tr("Open"), [this, path] { Q_EMIT recordingActivated(path); });
        addPathActions(menu, path);
    }
    menu.addAction(tr("Choose folder…"), this, &LibraryPanel::chooseFolder);
    menu.exec(m_folderView->viewport()->mapToGlobal(at));
}

void LibraryPanel::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder of recordings"), m_folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &LibraryPanel::setFolder);
    dialog->open();
}

} // namespace phono
