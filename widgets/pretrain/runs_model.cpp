#include "widgets/pretrain/runs_model.h"

#include "widgets/curves/curve_ticks.h"
#include "widgets/shell/paths.h"
#include "widgets/shell/row_runs.h"
#include "widgets/shell/words.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

namespace phono {
namespace {

QColor colourOf(RunStatus status, const Theme& theme)
{
    switch (status) {
    case RunStatus::Starting:
    case RunStatus::Running:
        return theme.good;
    case RunStatus::Paused:
    case RunStatus::Stopping:
    case RunStatus::Interrupted:
        return theme.warning;
    case RunStatus::Failed:
        return theme.danger;
    case RunStatus::Finished:
        return theme.accent;
    case RunStatus::Stopped:
        break;
    }
    return theme.muted;
}

template <typename Paint>
QPixmap picture(const QSize& size, Paint paint)
{
    const qreal ratio = qApp->devicePixelRatio();
    QPixmap pixmap(size * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter);
    return pixmap;
}

/// Filled while a process is there, a ring once it has ended.
QPixmap statusDot(RunStatus status)
{
    return picture({12, 12}, [&](QPainter& painter) {
        const QColor colour = colourOf(status, Theme::of(QApplication::palette()));
        painter.setPen(QPen(colour, 1.8));
        const bool filled = isLive(status) || status == RunStatus::Failed;
        painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
        painter.drawEllipse(QRectF(2, 2, 8, 8));
    });
}

QPixmap lineSample(const CurveStyle* style)
{
    return picture({24, 12}, [&](QPainter& painter) {
        if (!style)
            return;
        painter.setPen(QPen(style->color, 2.2, Qt::SolidLine, Qt::FlatCap));
        const std::array ends = {QPointF(1, 6), QPointF(23, 6)};
        paintDashed(painter, ends, style->dashes);
    });
}

QString numberText(double value, int decimals)
{
    if (std::abs(value) >= 1e6)
        return valueText(value);
    return std::isfinite(value) ? QString::number(value, 'f', decimals) : QString();
}

} // namespace

QString statusWord(RunStatus status)
{
    const auto word = wordOf(status);
    return QString::fromUtf8(word.data(), qsizetype(word.size()));
}

void RunsModel::clear()
{
    keepOnly({});
}

void RunsModel::apply(FolderUpdate& update)
{
    if (update.runs) {
        keepOnly(*update.runs);
        add(*update.runs);
    }
    // One signal for all, so that who sorts sorts once.
    int first = rowCount(), last = -1;
    for (RunUpdate& one : update.updates) {
        const int row = rowOf(one.path);
        if (row < 0)
            continue;
        m_runs[std::size_t(row)]->apply(std::move(one));
        first = std::min(first, row);
        last = std::max(last, row);
    }
    if (first <= last)
        Q_EMIT dataChanged(index(first, 0), index(last, kColumns - 1));
}

void RunsModel::keepOnly(const std::vector<std::filesystem::path>& runs)
{
    std::unordered_set<std::string_view> kept;
    for (const auto& path : runs)
        kept.insert(path.native());
    const auto gone = [&](int row) {
        return !kept.contains(m_runs[std::size_t(row)]->path().native());
    };
    forRunsOfRows(rowCount(), gone, [this](int first, int last) {
        beginRemoveRows({}, first, last);
        m_runs.erase(m_runs.begin() + first, m_runs.begin() + last + 1);
        numberRows();
        endRemoveRows();
    });
}

void RunsModel::add(const std::vector<std::filesystem::path>& runs)
{
    std::vector<std::unique_ptr<RunRecord>> added;
    for (const auto& path : runs) {
        if (rowOf(path) < 0)
            added.push_back(std::make_unique<RunRecord>(path));
    }
    if (added.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + int(added.size()) - 1);
    std::ranges::move(added, std::back_inserter(m_runs));
    numberRows();
    endInsertRows();
}

void RunsModel::numberRows()
{
    m_rows.clear();
    for (const auto& run : m_runs)
        m_rows.emplace(run->path().native(), int(m_rows.size()));
}

const RunRecord* RunsModel::find(const std::filesystem::path& path) const
{
    const int row = rowOf(path);
    return row < 0 ? nullptr : &run(row);
}

int RunsModel::rowOf(const std::filesystem::path& path) const
{
    const auto found = m_rows.find(path.native());
    return found == m_rows.end() ? -1 : found->second;
}

void RunsModel::setStyles(std::map<std::filesystem::path, CurveStyle> styles)
{
    if (styles == m_styles)
        return;
    m_styles = std::move(styles);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Name), index(rowCount() - 1, Name), {Qt::DecorationRole});
}

int RunsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : kColumns;
}

QVariant RunsModel::text(const RunRecord& run, int column) const
{
    switch (column) {
    case Name:
        return run.name();
    case Status:
        return statusWord(run.status());
    case Updates:
        return run.maxUpdates() > 0
            ? tr("%1 / %2").arg(countWords(run.updates()), countWords(run.maxUpdates()))
            : countWords(run.updates());
    case Loss:
        return numberText(run.loss(), 3);
    case Best:
        return numberText(run.bestLoss(), 3);
    case Throughput:
        return run.live() ? numberText(run.audioSecondsPerSecond(), 1) : QString();
    case TimeLeft:
        return run.secondsLeft() >= 0 ? durationWords(run.secondsLeft()) : QString();
    case Started:
        return whenWords(run.started());
    default:
        return {};
    }
}

QVariant RunsModel::sortKey(const RunRecord& run, int column) const
{
    // What is not known comes last in rising order.
    const auto known = [](double value) {
        return std::isfinite(value) && value >= 0 ? value : 1e300;
    };
    switch (column) {
    case Name:
        return run.name().toLower();
    case Status:
        return int(run.status());
    case Updates:
        return qlonglong(run.updates());
    case Loss:
        return known(run.loss());
    case Best:
        return known(run.bestLoss());
    case Throughput:
        return known(run.live() ? run.audioSecondsPerSecond() : -1);
    case TimeLeft:
        return known(run.secondsLeft());
    default:
        return run.started();
    }
}

QString RunsModel::tip(const RunRecord& run, int column) const
{
    if (column == Status && !run.ending().isEmpty())
        return sentence(run.ending().toStdString());
    if (column == Best && run.best())
        return tr("At update %1").arg(countWords(run.best()->update));
    if (column != Name)
        return {};
    QStringList lines{fromPath(run.path())};
    for (const std::string& tag : run.notes().tags)
        lines << QStringLiteral("#") + oneLine(tag);
    if (!run.problem().isEmpty())
        lines << run.problem();
    return lines.join(QLatin1Char('\n'));
}

QVariant RunsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const RunRecord& run = this->run(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(run, column);
    case Qt::ToolTipRole:
        return tipText(tip(run, column));
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (column >= Updates ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DecorationRole:
        if (column == Status)
            return statusDot(run.status());
        if (column == Name) {
            const auto style = m_styles.find(run.path());
            return lineSample(style == m_styles.end() ? nullptr : &style->second);
        }
        return {};
    case Qt::FontRole:
        if (column >= Updates)
            return tabularFont(QApplication::font());
        return {};
    case kSortRole:
        return sortKey(run, column);
    default:
        return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section >= Updates ? Qt::AlignRight : Qt::AlignLeft));
    const QString titles[] = {tr("Run"),        tr("Status"),      tr("Updates"),   tr("Loss"),
                              tr("Best valid"), tr("Audio-s / s"), tr("Time left"), tr("Started")};
    const QString tips[] = {{},
                            {},
                            tr("Done and wanted"),
                            tr("Of the last update, in bits per positive"),
                            tr("The smallest validation loss, in bits per positive"),
                            tr("Seconds of audio trained on in a second"),
                            {},
                            {}};
    if (section < 0 || section >= kColumns)
        return {};
    if (role == Qt::ToolTipRole)
        return tips[section];
    return role == Qt::DisplayRole ? QVariant(titles[section]) : QVariant();
}

} // namespace phono
