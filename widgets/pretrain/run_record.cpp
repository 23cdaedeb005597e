#include "widgets/pretrain/run_record.h"

#include "widgets/shell/paths.h"
#include "widgets/shell/words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace phono {

RunRecord::RunRecord(std::filesystem::path path)
    : m_path(std::move(path))
{
}

void RunRecord::apply(RunUpdate&& update)
{
    m_status = update.status;
    m_state = update.state;
    if (update.config)
        m_config = std::move(update.config);
    if (update.notes)
        m_notes = std::move(*update.notes);
    if (update.checkpoints)
        m_checkpoints = std::move(*update.checkpoints);
    if (update.log)
        m_log = std::move(*update.log);
    if (!update.problem.empty())
        m_problem = std::move(update.problem);
    if (!update.restart && update.news.empty())
        return;
    const auto& added = update.news.added.updates;
    const bool overlaps = !added.empty() && !m_history.updates.empty()
        && added.updates().front() <= m_history.updates.updates().back();
    const bool restarted =
        update.restart || update.news.fromStart || update.news.resumedFrom || overlaps;
    if (update.restart)
        m_history = RunHistory();
    m_history.apply(std::move(update.news));
    m_curves.follow(restarted);
    m_best = m_history.best();
}

bool RunRecord::liveHere() const
{
    return live() && m_state && m_state->process.host == thisHost();
}

QString RunRecord::name() const
{
    return oneLine(m_notes.name.empty() ? fromPath(m_path.filename()).toStdString() : m_notes.name);
}

std::int64_t RunRecord::updates() const
{
    std::int64_t updates = m_state ? m_state->update : 0;
    if (!m_history.updates.empty())
        updates = std::max(updates, std::int64_t(m_history.updates.updates().back()));
    return updates;
}

std::int64_t RunRecord::maxUpdates() const
{
    if (!m_history.starts.empty())
        return m_history.starts.back().maxUpdate;
    return m_config ? m_config->optimization.maxUpdate : 0;
}

double RunRecord::lastOf(Curve curve) const
{
    const auto values = m_history.updates.curve(curve);
    return values.empty() ? std::numeric_limits<double>::quiet_NaN() : double(values.back());
}

double RunRecord::loss() const
{
    return lastOf(Curve::LossBits);
}

double RunRecord::bestLoss() const
{
    return m_best ? m_best->metrics.lossBits : std::numeric_limits<double>::quiet_NaN();
}

double RunRecord::audioSecondsPerSecond() const
{
    return lastOf(Curve::AudioSecondsPerSecond);
}

double RunRecord::secondsLeft() const
{
    if (m_status != RunStatus::Running)
        return -1;
    const double left = lastOf(Curve::SecondsLeft);
    return std::isfinite(left) ? left : -1;
}

double RunRecord::started() const
{
    if (!m_history.starts.empty())
        return m_history.starts.front().time;
    return m_state ? m_state->time : 0;
}

QString RunRecord::ending() const
{
    if (live() || !m_history.last)
        return {};
    constexpr int kMost = 1000;
    return oneLine(wordsFor(*m_history.last), kMost);
}

} // namespace phono
