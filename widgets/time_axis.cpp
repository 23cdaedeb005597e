#include "widgets/time_axis.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace phono {

namespace {

/// `range` inside [0, duration], moved before it is cut, and no shorter than the closest look.
TimeRange clampView(TimeRange range, double duration)
{
    const double shortest = std::min(TimeAxis::kShortestView, duration);
    double length = std::clamp(range.length(), shortest, duration);
    if (!std::isfinite(length))
        length = duration;
    double start = range.start;
    if (range.length() < shortest)
        start -= (shortest - range.length()) / 2;
    start = std::isfinite(start) ? std::clamp(start, 0.0, duration - length) : 0;
    return {start, start + length};
}

std::optional<double> clampTime(std::optional<double> time, double duration)
{
    if (!time || !std::isfinite(*time))
        return std::nullopt;
    return std::clamp(*time, 0.0, duration);
}

} // namespace

void TimeAxis::setDuration(double seconds)
{
    const double duration = std::isfinite(seconds) ? std::max(0.0, seconds) : 0.0;
    const bool changed = std::exchange(m_duration, duration) != duration;
    if (changed)
        Q_EMIT durationChanged(m_duration);
    setPlayHead(std::nullopt);
    setSelection(std::nullopt);
    setCursor(std::nullopt);
    fit();
}

void TimeAxis::correctDuration(double seconds)
{
    const double duration = std::isfinite(seconds) ? std::max(0.0, seconds) : 0.0;
    const bool everything = m_visible == TimeRange{0, m_duration};
    if (std::exchange(m_duration, duration) == duration)
        return;
    Q_EMIT durationChanged(m_duration);
    setVisible(everything ? TimeRange{0, m_duration} : m_visible);
    setPlayHead(m_playHead);
    setSelection(m_selection);
    setCursor(m_cursor);
}

void TimeAxis::setVisible(TimeRange range)
{
    if (range.end < range.start)
        std::swap(range.start, range.end);
    const TimeRange view = clampView(range, m_duration);
    if (view == m_visible)
        return;
    m_visible = view;
    Q_EMIT visibleChanged();
}

void TimeAxis::scroll(double seconds)
{
    setVisible({m_visible.start + seconds, m_visible.end + seconds});
}

void TimeAxis::zoom(double factor, double at)
{
    if (!(factor > 0) || !std::isfinite(factor) || !std::isfinite(at))
        return;
    const double shortest = std::min(kShortestView, m_duration);
    const double length = std::clamp(m_visible.length() / factor, shortest, m_duration);
    const double ratio = m_visible.length() > 0 ? length / m_visible.length() : 1;
    const double start = at - (at - m_visible.start) * ratio;
    setVisible({start, start + length});
}

void TimeAxis::zoomToSelection()
{
    if (m_selection)
        setVisible(*m_selection);
}

void TimeAxis::fit()
{
    setVisible({0, m_duration});
}

void TimeAxis::reveal(double time)
{
    const double length = m_visible.length();
    if (!std::isfinite(time) || (time >= m_visible.start && time <= m_visible.end))
        return;
    if (m_playHead == time || time < m_visible.start)
        setVisible({time, time + length});
    else
        setVisible({time - length, time});
}

void TimeAxis::setCursor(std::optional<double> time)
{
    time = clampTime(time, m_duration);
    if (time == m_cursor)
        return;
    m_cursor = time;
    Q_EMIT cursorChanged();
}

void TimeAxis::setSelection(std::optional<TimeRange> range)
{
    if (range) {
        const auto start = clampTime(std::min(range->start, range->end), m_duration);
        const auto end = clampTime(std::max(range->start, range->end), m_duration);
        if (start && end && *end > *start)
            range = TimeRange{*start, *end};
        else
            range.reset();
    }
    if (range == m_selection)
        return;
    m_selection = range;
    Q_EMIT selectionChanged();
}

void TimeAxis::setPlayHead(std::optional<double> time)
{
    time = clampTime(time, m_duration);
    if (time == m_playHead)
        return;
    m_playHead = time;
    Q_EMIT playHeadChanged();
}

void TimeAxis::setLoop(bool loop)
{
    if (loop == m_loop)
        return;
    m_loop = loop;
    Q_EMIT loopChanged(loop);
}

} // namespace phono
