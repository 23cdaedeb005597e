#pragma once

#include "widgets/pretrain/runs_model.h"

#include <QSortFilterProxyModel>

namespace phono {

/// The runs as a list to find one in, the newest first: a dot for how each fares, its name, its
/// path under PathListModel::kPathRole. Runs are dragged as the URLs of their folders.
class RunList : public QSortFilterProxyModel {
    Q_OBJECT
public:
    /// `runs` outlive the list.
    explicit RunList(RunsModel& runs, QObject* parent = nullptr);

    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

private:
    const RunsModel& m_runs;
};

} // namespace phono
