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
    const bool another = update.restart || update.news.fromStart;
    const std::size_t kept = another ? 0 : keptRows(update.news);
    // Validations are few, and one may be made again at the same update.
    const bool keptValid = !another && !update.news.resumedFrom && update.news.added.valid.empty();
    if (update.restart)
        m_history = RunHistory();
    m_history.apply(std::move(update.news));
    m_curves.follow(kept, keptValid);
    m_best = m_history.best();
}

std::size_t RunRecord::keptRows(const RunNews& news) const
{
    const auto known = m_history.updates.updates();
    auto last = std::numeric_limits<double>::infinity();
    if (news.resumedFrom)
        last = double(*news.resumedFrom);
    if (!news.added.updates.empty())
        last = std::min(last, news.added.updates.updates().front() - 1);
    return std::size_t(std::ranges::upper_bound(known, last) - known.begin());
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
    // A process that was killed said last that it began, or went on.
    const bool ended = m_history.last
        && (std::holds_alternative<FailedEvent>(*m_history.last)
            || std::holds_alternative<StoppedEvent>(*m_history.last)
            || std::holds_alternative<FinishedEvent>(*m_history.last));
    if (live() || !ended || m_status == RunStatus::Interrupted)
        return {};
    constexpr int kMost = 1000;
    return oneLine(wordsFor(*m_history.last), kMost);
}

} // namespace phono
