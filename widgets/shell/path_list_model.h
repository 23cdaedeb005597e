#pragma once

#include <QAbstractListModel>
#include <QStringList>

#include <vector>

namespace phono {

/// A file in a list: what it is called, and whether the user may take it out.
struct PathEntry {
    QString path;
    QString title; ///< empty: the file's name
    bool removable = true;
    bool operator==(const PathEntry&) const = default;
};

/// Files to choose from, newest first; can be dragged as URLs. Never looks at the disk.
class PathListModel : public QAbstractListModel {
    Q_OBJECT
public:
    static constexpr int kPathRole = Qt::UserRole;

    using QAbstractListModel::QAbstractListModel;

    void setEntries(std::vector<PathEntry> entries);
    /// The file in use is shown in bold; "" for none.
    void setCurrent(const QString& path);
    const PathEntry& entry(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

private:
    std::vector<PathEntry> m_entries;
    QString m_current;
};

} // namespace phono
