#include "core/run/run_history.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <type_traits>
#include <utility>

namespace phono {
namespace {

template <typename Event>
void moveTo(std::vector<Event>& into, std::vector<Event>& from)
{
    into.insert(into.end(), std::make_move_iterator(from.begin()),
                std::make_move_iterator(from.end()));
}

template <typename Event>
void dropAfter(std::vector<Event>& events, std::int64_t update)
{
    std::erase_if(events, [&](const Event& event) { return event.update > update; });
}

/// However a log came about, validations rise: of two at one update, the newer one counts.
void makeRoomFor(const ValidEvent& point, std::vector<ValidEvent>& valid)
{
    while (!valid.empty() && valid.back().update >= point.update)
        valid.pop_back();
}

} // namespace

void RunHistory::forgetAfter(std::int64_t update)
{
    updates.keepUpTo(update);
    dropAfter(valid, update);
    dropAfter(checkpoints, update);
}

void RunHistory::add(const RunEvent& event)
{
    if (const auto* one = std::get_if<UpdateEvent>(&event)) {
        // However the log came about, columns rise.
        if (!updates.empty() && static_cast<double>(one->update) <= updates.updates().back())
            updates.keepUpTo(one->update - 1);
        updates.append(*one);
    } else if (const auto* point = std::get_if<ValidEvent>(&event)) {
        makeRoomFor(*point, valid);
        valid.push_back(*point);
    } else if (const auto* checkpoint = std::get_if<CheckpointEvent>(&event)) {
        checkpoints.push_back(*checkpoint);
    } else if (const auto* recording = std::get_if<SkippedEvent>(&event)) {
        ++skippedCount;
        if (skipped.size() < kMostSkipped)
            skipped.push_back(*recording);
    } else {
        if (const auto* start = std::get_if<StartedEvent>(&event)) {
            forgetAfter(start->update);
            starts.push_back(*start);
        }
        last = event;
    }
}

void RunHistory::apply(RunNews&& news)
{
    if (news.fromStart)
        *this = RunHistory();
    if (news.resumedFrom)
        forgetAfter(*news.resumedFrom);
    auto& added = news.added;
    if (!updates.empty() && !added.updates.empty())
        updates.keepUpTo(static_cast<std::int64_t>(added.updates.updates().front()) - 1);
    if (updates.empty())
        updates = std::move(added.updates);
    else
        updates.append(added.updates);
    if (!added.valid.empty())
        makeRoomFor(added.valid.front(), valid);
    moveTo(valid, added.valid);
    moveTo(checkpoints, added.checkpoints);
    moveTo(starts, added.starts);
    moveTo(skipped, added.skipped);
    skipped.resize(std::min(skipped.size(), kMostSkipped));
    skippedCount += added.skippedCount;
    if (added.last)
        last = std::move(added.last);
    if (unreadableLines == 0)
        firstUnreadable = std::move(added.firstUnreadable);
    unreadableLines += added.unreadableLines;
}

const ValidEvent* RunHistory::best() const
{
    const ValidEvent* best = nullptr;
    for (const auto& point : valid)
        if (!std::isnan(point.metrics.lossBits)
            && (!best || point.metrics.lossBits < best->metrics.lossBits))
            best = &point;
    return best;
}

bool RunNews::empty() const
{
    return !fromStart && !resumedFrom && added.updates.empty() && added.valid.empty()
        && added.checkpoints.empty() && added.skippedCount == 0 && !added.last
        && added.unreadableLines == 0;
}

std::string wordsFor(const RunEvent& event)
{
    auto words = std::string(nameOf(event)) + " at update " + std::to_string(updateOf(event));
    if (const auto* failed = std::get_if<FailedEvent>(&event))
        words += ": " + failed->message;
    else if (const auto* stopped = std::get_if<StoppedEvent>(&event))
        words += ": " + stopped->reason;
    return words;
}

} // namespace phono
