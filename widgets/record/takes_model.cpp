#include "widgets/record/takes_model.h"

#include "widgets/shell/dragged_files.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/row_runs.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QSize>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_set>

namespace phono {
namespace {

constexpr int kRowHeight = 22;

QString stateWord(Take::State state)
{
    switch (state) {
    case Take::State::Recording:
        return TakesModel::tr("recording");
    case Take::State::Unfinished:
        return TakesModel::tr("unfinished");
    case Take::State::Finished:
        break;
    }
    return {};
}

QString whenText(const Take& take)
{
    const auto system = std::chrono::file_clock::to_sys(take.written);
    return whenWords(
        std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count());
}

QString text(const Take& take, int column)
{
    switch (column) {
    case TakesModel::Name:
        return QFileInfo(fromPath(take.file)).fileName();
    case TakesModel::Length:
        return take.seconds < 60 ? TakesModel::tr("%1 s").arg(take.seconds, 0, 'f', 1)
                                 : durationWords(take.seconds);
    case TakesModel::Rate:
        return rateWords(take.rate);
    case TakesModel::Channels:
        return QString::number(take.channels);
    case TakesModel::Written:
        return whenText(take);
    case TakesModel::Size:
        return sizeWords(take.bytes);
    default:
        return stateWord(take.state);
    }
}

QVariant sortKey(const Take& take, int column)
{
    switch (column) {
    case TakesModel::Name:
        return text(take, column).toLower();
    case TakesModel::Length:
        return take.seconds;
    case TakesModel::Rate:
        return take.rate;
    case TakesModel::Channels:
        return take.channels;
    case TakesModel::Written:
        return qlonglong(take.written.time_since_epoch().count());
    case TakesModel::Size:
        return qlonglong(take.bytes);
    default:
        return static_cast<int>(take.state);
    }
}

bool looksSame(const Take& a, const Take& b)
{
    return a.state == b.state && a.seconds == b.seconds && a.rate == b.rate
        && a.channels == b.channels && a.bytes == b.bytes && a.written == b.written
        && a.notes.has_value() == b.notes.has_value();
}

QString tip(const Take& take, int column)
{
    if (column == TakesModel::State && take.state == Take::State::Unfinished)
        return TakesModel::tr("The program or the computer stopped while this was recorded. "
                              "Everything but its last moment is there.");
    if (column != TakesModel::Name)
        return {};
    QStringList lines{QDir::toNativeSeparators(fromPath(take.file))};
    if (take.notes && !take.notes->report.device.empty())
        lines << TakesModel::tr("Recorded with %1")
                     .arg(QString::fromStdString(take.notes->report.device));
    return lines.join(QLatin1Char('\n'));
}

} // namespace

void TakesModel::removeGone(const std::vector<Take>& takes)
{
    std::unordered_set<std::string_view> kept;
    for (const Take& one : takes)
        kept.insert(one.file.native());
    const auto gone = [&](int row) {
        return !kept.contains(take(row).file.native());
    };
    forRunsOfRows(rowCount(), gone, [this](int first, int last) {
        beginRemoveRows({}, first, last);
        m_takes.erase(m_takes.begin() + first, m_takes.begin() + last + 1);
        numberRows();
        endRemoveRows();
    });
}

void TakesModel::numberRows()
{
    m_rows.clear();
    for (const Take& one : m_takes)
        m_rows.emplace(one.file.native(), static_cast<int>(m_rows.size()));
}

void TakesModel::setTakes(std::vector<Take> takes)
{
    removeGone(takes);
    std::vector<Take> added;
    for (Take& one : takes) {
        const int row = rowOf(one.file);
        if (row < 0) {
            added.push_back(std::move(one));
            continue;
        }
        // A row that says the same must not disturb somebody who is typing its new name.
        const bool same = looksSame(take(row), one);
        m_takes[static_cast<std::size_t>(row)] = std::move(one);
        if (!same)
            Q_EMIT dataChanged(index(row, 0), index(row, kColumns - 1));
    }
    if (added.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(added.size()) - 1);
    std::ranges::move(added, std::back_inserter(m_takes));
    numberRows();
    endInsertRows();
}

int TakesModel::rowOf(const std::filesystem::path& file) const
{
    const auto found = m_rows.find(file.native());
    return found == m_rows.end() ? -1 : found->second;
}

int TakesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_takes.size());
}

int TakesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : kColumns;
}

QVariant TakesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Take& one = take(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(one, column);
    case Qt::EditRole:
        return column == Name ? QVariant(fromPath(one.file.stem())) : QVariant(text(one, column));
    case Qt::ToolTipRole:
        return tip(one, column);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (column >= Length ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::SizeHintRole:
        return QSize(0, kRowHeight);
    case Qt::FontRole:
        return column >= Length ? QVariant(tabularFont(QApplication::font())) : QVariant();
    case Qt::ForegroundRole: {
        if (column != State)
            return {};
        const Theme theme = Theme::of(QApplication::palette());
        return one.state == Take::State::Recording ? theme.danger : theme.warning;
    }
    case kSortRole:
        return sortKey(one, column);
    default:
        return {};
    }
}

QVariant TakesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= kColumns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section >= Length ? Qt::AlignRight : Qt::AlignLeft));
    const QString titles[] = {tr("Take"),     tr("State"), tr("Length"),  tr("Rate"),
                              tr("Channels"), tr("Size"),  tr("Recorded")};
    return role == Qt::DisplayRole ? QVariant(titles[section]) : QVariant();
}

Qt::ItemFlags TakesModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (!index.isValid())
        return flags;
    flags |= Qt::ItemNeverHasChildren;
    if (take(index.row()).state == Take::State::Recording)
        return flags;
    flags |= Qt::ItemIsDragEnabled;
    return index.column() == Name ? flags | Qt::ItemIsEditable : flags;
}

bool TakesModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable))
        return false;
    const QString name = value.toString().trimmed();
    if (!name.isEmpty() && name != data(index, Qt::EditRole).toString())
        Q_EMIT renameRequested(fromPath(take(index.row()).file), name);
    // The name changes with the file's.
    return false;
}

QStringList TakesModel::mimeTypes() const
{
    return draggedFileTypes();
}

QMimeData* TakesModel::mimeData(const QModelIndexList& indexes) const
{
    QStringList files;
    for (const QModelIndex& index : indexes) {
        if (index.column() == Name)
            files << fromPath(take(index.row()).file);
    }
    return draggedFiles(files);
}

} // namespace phono
