#include "widgets/pretrain/settings_model.h"

#include "widgets/theme.h"

#include <QApplication>
#include <QFont>

#include <algorithm>

namespace phono {

void SettingsModel::setRuns(std::vector<Run> runs)
{
    if (runs == m_runs)
        return;
    m_runs = std::move(runs);
    refresh();
}

void SettingsModel::setOnlyDifferences(bool only)
{
    if (only == m_only)
        return;
    m_only = only;
    refresh();
}

void SettingsModel::refresh()
{
    // Other runs are another table.
    beginResetModel();
    m_rows = makeRows();
    endResetModel();
}

std::vector<SettingsModel::Row> SettingsModel::makeRows() const
{
    std::vector<Row> rows;
    if (m_runs.empty())
        return rows;
    for (const ConfigField& field : configFields()) {
        Row row;
        row.field = &field;
        for (const Run& run : m_runs)
            row.values.push_back(QString::fromStdString(tomlText(field.value(run.config))));
        row.differs =
            std::ranges::any_of(row.values, [&](const auto& v) { return v != row.values[0]; });
        if (row.differs || !m_only || m_runs.size() < 2)
            rows.push_back(std::move(row));
    }
    return rows;
}

int SettingsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int SettingsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 1 + int(m_runs.size());
}

QVariant SettingsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const int run = index.column() - 1;
    const QString reference = QString::fromStdString(row.field->reference);
    switch (role) {
    case Qt::DisplayRole:
        return run < 0 ? QString::fromStdString(row.field->name()) : row.values[std::size_t(run)];
    case Qt::ToolTipRole: {
        const QString meaning = QString::fromStdString(row.field->meaning);
        return reference.isEmpty() ? meaning
                                   : tr("%1\nThe reference's default: %2").arg(meaning, reference);
    }
    case Qt::FontRole:
        if (row.differs) {
            QFont bold = QApplication::font();
            bold.setWeight(QFont::DemiBold);
            return bold;
        }
        return {};
    case Qt::ForegroundRole:
        if (run < 0 && !row.differs)
            return Theme::of(QApplication::palette()).muted;
        return {};
    case Qt::BackgroundRole:
        if (row.differs) {
            QColor mark = Theme::of(QApplication::palette()).warning;
            mark.setAlphaF(0.16F);
            return mark;
        }
        return {};
    case kDiffersRole:
        return row.differs;
    default:
        return {};
    }
}

QVariant SettingsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return tr("Setting");
    return section <= int(m_runs.size()) ? m_runs[std::size_t(section - 1)].name : QVariant();
}

} // namespace phono
