#pragma once

#include "widgets/curves/curve_style.h"
#include "widgets/pretrain/run_record.h"

#include <QAbstractTableModel>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace phono {

/// The runs of a folder, one a row, newest first. Rows come and go one stretch at a time and are
/// never reset, so that selections stay.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Status, Updates, Loss, Best, Throughput, TimeLeft, Started };
    static constexpr int kColumns = Started + 1;
    /// What a column is sorted by.
    static constexpr int kSortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void apply(FolderUpdate& update);
    void clear();

    const RunRecord& run(int row) const { return *m_runs[std::size_t(row)]; }
    /// Null when there is none.
    const RunRecord* find(const std::filesystem::path& path) const;
    int rowOf(const std::filesystem::path& path) const; ///< -1 when there is none
    /// How the run's curves are drawn; empty for runs whose curves are not shown.
    void setStyles(std::map<std::filesystem::path, CurveStyle> styles);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    void numberRows();
    void keepOnly(const std::vector<std::filesystem::path>& runs);
    void add(const std::vector<std::filesystem::path>& runs);
    QVariant text(const RunRecord& run, int column) const;
    QVariant sortKey(const RunRecord& run, int column) const;
    QString tip(const RunRecord& run, int column) const;

    std::vector<std::unique_ptr<RunRecord>> m_runs;
    std::unordered_map<std::string, int> m_rows; ///< by path
    std::map<std::filesystem::path, CurveStyle> m_styles;
};

/// A dot in the colour of a status and its word.
QString statusWord(RunStatus status);

} // namespace phono
