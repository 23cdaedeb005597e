#include "widgets/shell/path_list_model.h"

#include "widgets/shell/dragged_files.h"

#include <QDir>
#include <QFileInfo>
#include <QFont>

namespace phono {

void PathListModel::setEntries(std::vector<PathEntry> entries)
{
    if (entries == m_entries)
        return;
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

void PathListModel::setCurrent(const QString& path)
{
    m_current = path;
    if (!m_entries.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::FontRole});
}

const PathEntry& PathListModel::entry(const QModelIndex& index) const
{
    return m_entries[static_cast<std::size_t>(index.row())];
}

int PathListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant PathListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const PathEntry& item = entry(index);
    switch (role) {
    case Qt::DisplayRole:
        return item.title.isEmpty() ? QFileInfo(item.path).fileName() : item.title;
    case Qt::ToolTipRole:
        return QDir::toNativeSeparators(item.path);
    case Qt::FontRole: {
        QFont font;
        font.setBold(item.path == m_current);
        return font;
    }
    case kPathRole:
        return item.path;
    default:
        return {};
    }
}

Qt::ItemFlags PathListModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractListModel::flags(index);
    return index.isValid() ? flags | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren : flags;
}

QStringList PathListModel::mimeTypes() const
{
    return draggedFileTypes();
}

QMimeData* PathListModel::mimeData(const QModelIndexList& indexes) const
{
    QStringList files;
    for (const QModelIndex& index : indexes)
        files << entry(index).path;
    return draggedFiles(files);
}

} // namespace phono
