#pragma once

#include "core/record/takes.h"

#include <QAbstractTableModel>

#include <string>
#include <unordered_map>
#include <vector>

namespace phono {

/// The takes of a folder, one a row. Rows come and go and are never reset, so that selections
/// stay. A new name is asked for by renameRequested(); the model itself changes by setTakes() only.
class TakesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, State, Length, Rate, Channels, Size, Written };
    static constexpr int kColumns = Written + 1;
    /// What a column is sorted by.
    static constexpr int kSortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void setTakes(std::vector<Take> takes);
    const Take& take(int row) const { return m_takes[static_cast<std::size_t>(row)]; }
    int rowOf(const std::filesystem::path& file) const; ///< -1 when there is none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

Q_SIGNALS:
    /// `name` has no ending and is not the one it has.
    void renameRequested(const QString& file, const QString& name);

private:
    void removeGone(const std::vector<Take>& takes);

    void numberRows();

    std::vector<Take> m_takes;
    std::unordered_map<std::string, int> m_rows; ///< by file
};

} // namespace phono
