#pragma once

#include "core/run/config_field.h"

#include <QAbstractTableModel>
#include <QString>

#include <vector>

namespace phono {

/// The settings of some runs side by side: a row for each field, a column for each run. Fields in
/// which they differ, and those that differ from the reference, are marked.
class SettingsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    struct Run {
        QString name;
        TrainingConfig config;
        bool operator==(const Run&) const = default;
    };
    /// True when the runs of a row differ.
    static constexpr int kDiffersRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void setRuns(std::vector<Run> runs);
    /// Leaves out what is the same everywhere. Has no effect on a single run.
    void setOnlyDifferences(bool only);
    bool onlyDifferences() const { return m_only; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;

private:
    struct Row {
        const ConfigField* field = nullptr;
        std::vector<QString> values;
        bool differs = false;
        bool operator==(const Row&) const = default;
    };
    std::vector<Row> makeRows() const;
    void refresh();

    std::vector<Run> m_runs;
    std::vector<Row> m_rows;
    bool m_only = false;
};

} // namespace phono
