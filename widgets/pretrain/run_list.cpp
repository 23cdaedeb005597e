#include "widgets/pretrain/run_list.h"

#include "widgets/shell/dragged_files.h"
#include "widgets/shell/path_list_model.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

namespace phono {

RunList::RunList(RunsModel& runs, QObject* parent)
    : QSortFilterProxyModel(parent)
    , m_runs(runs)
{
    setSourceModel(&runs);
    setSortRole(RunsModel::kSortRole);
    sort(RunsModel::Started, Qt::DescendingOrder);
}

QVariant RunList::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const int row = mapToSource(index).row();
    const QModelIndex status = m_runs.index(row, RunsModel::Status);
    const QString path = fromPath(m_runs.run(row).path());
    switch (role) {
    case Qt::DecorationRole:
        return status.data(role);
    case Qt::ToolTipRole:
        return tipText(tr("%1\n%2").arg(path, status.data().toString()));
    case PathListModel::kPathRole:
        return path;
    case Qt::DisplayRole:
        return m_runs.run(row).name();
    default:
        return {};
    }
}

Qt::ItemFlags RunList::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QSortFilterProxyModel::flags(index);
    return index.isValid() ? flags | Qt::ItemIsDragEnabled : flags;
}

QStringList RunList::mimeTypes() const
{
    return draggedFileTypes();
}

QMimeData* RunList::mimeData(const QModelIndexList& indexes) const
{
    QStringList folders;
    for (const QModelIndex& index : indexes)
        folders << index.data(PathListModel::kPathRole).toString();
    return draggedFiles(folders);
}

} // namespace phono
