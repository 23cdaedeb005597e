#include "core/train/training_run.h"

#include "core/run/run_control.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <thread>
#include <utility>

namespace phono {
namespace {

using namespace std::chrono_literals;

constexpr auto kPausePoll = 200ms;

/// Scores of a trained model lie well within ± 16.
ScoreHistogram emptyHistogram()
{
    constexpr std::size_t kBins = 64;
    return {-16, 0.5, std::vector<std::int64_t>(kBins), std::vector<std::int64_t>(kBins)};
}

/// Of the card that `device` ("cuda:1") names, if there is one to watch.
std::optional<GpuMonitor> gpuOf(const std::string& device)
{
    constexpr std::string_view kCuda = "cuda:";
    if (!device.starts_with(kCuda))
        return {};
    const auto address = pciBusIdOf(std::atoi(device.c_str() + kCuda.size()));
    return address ? GpuMonitor::open(*address) : std::nullopt;
}

AudioBatch audioOf(const Batch& batch)
{
    return {batch.samples, batch.count, batch.length};
}

} // namespace

TrainingRun::TrainingRun(Parts parts)
    : m_config(std::move(parts.config))
    , m_directory(std::move(parts.directory))
    , m_place(std::move(parts.place))
    , m_recorder(parts.recorder)
    , m_learner(std::move(parts.learner))
    , m_data(std::move(parts.data))
    , m_keeper(m_directory.checkpoints(), m_config.checkpoint)
    , m_meter(m_config)
    , m_gpu(gpuOf(m_learner.device()))
    , m_reached(m_data.place())
{
}

double TrainingRun::seconds() const
{
    return m_earlierSeconds + std::chrono::duration<double>(Clock::now() - m_started).count();
}

bool TrainingRun::isOver() const
{
    const auto& limits = m_config.optimization;
    return updates() >= limits.maxUpdate || m_timeIsUp
        || (limits.maxEpoch > 0 && m_data.place().first > limits.maxEpoch);
}

bool TrainingRun::timeIsUp(double seconds) const
{
    constexpr double kSecondsPerHour = 3600;
    const double limit = m_config.optimization.stopTimeHours * kSecondsPerHour;
    return limit > 0 && seconds > limit;
}

Signals TrainingRun::signals(const std::stop_token& stop) const
{
    Signals signals;
    signals.stop = stop.stop_requested() ? 1 : 0;
    if (m_place.rank == 0) {
        const auto request = pendingRequest(m_directory);
        signals.stop += request == RunRequest::Stop ? 1 : 0;
        signals.pause = request == RunRequest::Pause ? 1 : 0;
        // One clock decides, or some processes would begin an update without the others.
        signals.timeIsUp = timeIsUp(seconds()) ? 1 : 0;
    }
    return signals;
}

Result<RunEnd> TrainingRun::go(const std::stop_token& stop)
{
    auto end = loop(stop);
    if (!end && !m_diverged) {
        // The parameters are those of the last complete update. A full disk fails here again.
        const auto saved = save(false);
        (void)saved;
    }
    return end;
}

Result<RunEnd> TrainingRun::loop(const std::stop_token& stop)
{
    if (auto done = start(); !done)
        return done.error();
    if (m_validationDue) {
        if (auto done = whatIsDue(stop); !done)
            return done.error();
        if (m_validationDue)
            return stopNow("stopped on request");
    }
    while (!isOver()) {
        const auto begin = Clock::now();
        const auto outcome = update(stop);
        if (!outcome)
            return outcome.error();
        if (outcome->signals.failed > 0) // asked to stop before all had a batch
            return stopNow("stopped on request");
        const double took = std::chrono::duration<double>(Clock::now() - begin).count();
        if (auto done = afterUpdate(*outcome, took); !done)
            return done.error();
        if (!outcome->skipped)
            if (auto done = whatIsDue(stop); !done)
                return done.error();
        if (outcome->signals.stop > 0 || m_validationDue)
            return stopNow("stopped on request");
        if (outcome->signals.pause == 0)
            continue;
        const auto wish = waitWhilePaused(stop);
        if (!wish)
            return wish.error();
        if (*wish == Wish::Stop)
            return stopNow("stopped while paused");
    }
    return finish(stop);
}

/// One for each part of an update.
Result<void> TrainingRun::nextBatches(std::vector<Batch>& batches, Signals& signals)
{
    Result<void> done;
    for (int i = 0; done && i < m_config.optimization.updateFreq; ++i) {
        auto batch = m_data.next();
        if (!batch) {
            done = batch.error();
            break;
        }
        signals.dataWait += batch->waitSeconds;
        signals.audioSeconds += batch->audioSeconds;
        std::ranges::copy(batch->files, std::back_inserter(m_files));
        batches.push_back(*std::move(batch));
    }
    std::ranges::move(m_data.takeSkipped(), std::back_inserter(m_skipped));
    signals.skipped = static_cast<double>(m_skipped.size());
    signals.failed = done ? 0 : 1;
    if (!done && done.error().isCancelled())
        signals.stop = 1;
    return done;
}

/// Some process had no batch: why, as all of them say it.
Error TrainingRun::dataFailure(const Result<void>& own)
{
    const auto all = m_learner.gather(own ? std::string() : own.error().message);
    if (!all)
        return own ? all.error() : own.error();
    std::string message;
    for (std::size_t rank = 0; rank < all->size(); ++rank)
        if (!(*all)[rank].empty())
            message += (message.empty() ? "" : "; ")
                + (all->size() > 1 ? "process " + std::to_string(rank) + ": " : "") + (*all)[rank];
    return Error{message};
}

Result<UpdateOutcome> TrainingRun::update(const std::stop_token& stop)
{
    auto now = signals(stop);
    std::vector<Batch> batches;
    m_files.clear();
    const auto filled = nextBatches(batches, now);
    std::vector<AudioBatch> audio;
    if (filled)
        std::ranges::transform(batches, std::back_inserter(audio), audioOf);
    auto outcome = m_learner.update(audio, now);
    if (!outcome)
        return outcome;
    if (outcome->signals.skipped > 0)
        if (auto done = tellSkipped(); !done)
            return done.error();
    if (outcome->signals.failed > 0) {
        m_files.clear();
        return outcome->signals.stop > 0 ? outcome : dataFailure(filled);
    }
    if (!outcome->diverged) {
        m_reached = m_data.place();
        m_timeIsUp = outcome->signals.timeIsUp > 0;
        return outcome;
    }
    m_diverged = true;
    if (!outcome->divergedHere)
        m_files.clear();
    return Error{"update " + std::to_string(updates() + 1)
                 + ": the loss or its gradient is infinite or no number. The run ends here; its "
                   "checkpoints are from before. Look at the recordings of the batch, or try a "
                   "smaller optimization.lr or an optimization.clip_norm"};
}

Result<void> TrainingRun::afterUpdate(const UpdateOutcome& outcome, double seconds)
{
    m_recorder.beat(updates());
    if (outcome.skipped) {
        m_recorder.note("update " + std::to_string(updates() + 1)
                        + ": a gradient beyond the range of fp16; the loss scale is halved");
        return {};
    }
    m_meter.add(outcome, seconds);
    return m_meter.due() ? log() : Result<void>();
}

/// Validation and checkpoint after an update.
Result<void> TrainingRun::whatIsDue(const std::stop_token& stop)
{
    const auto due = [&](std::int64_t interval) {
        return interval > 0 && updates() % interval == 0;
    };
    if (due(m_config.dataset.validateIntervalUpdates))
        if (auto done = validate(stop); !done || m_validationDue)
            return done;
    const bool step = due(m_config.checkpoint.saveIntervalUpdates);
    return step || m_newBest ? save(step) : Result<void>();
}

Result<TrainingRun::Wish> TrainingRun::waitWhilePaused(const std::stop_token& stop)
{
    if (auto done = save(false); !done)
        return done.error();
    if (auto done = m_recorder.record(PausedEvent{.update = updates()}); !done)
        return done.error();
    while (true) {
        std::this_thread::sleep_for(kPausePoll);
        m_recorder.beat(updates());
        const auto all = m_learner.exchange(signals(stop));
        if (!all)
            return all.error();
        if (all->stop > 0)
            return Wish::Stop;
        if (all->pause == 0)
            break;
    }
    if (auto done = m_recorder.record(ContinuedEvent{.update = updates()}); !done)
        return done.error();
    return Wish::GoOn;
}

/// Broken off to stop, it stays due.
Result<void> TrainingRun::validate(const std::stop_token& stop)
{
    ValidEvent event;
    event.update = updates();
    event.scores = emptyHistogram();
    BatchSums own;
    const auto evaluated = m_data.validate([&](const Batch& batch, std::int64_t number) {
        const auto sums = m_learner.evaluate(audioOf(batch), number, event.scores);
        if (!sums)
            return Result<void>(sums.error());
        own.add(*sums);
        m_recorder.beat(updates());
        return signals(stop).stop > 0 ? Result<void>(Error::cancelled()) : Result<void>();
    });
    if (!evaluated && !evaluated.error().isCancelled())
        return evaluated;
    Signals heard;
    heard.stop = evaluated ? 0 : 1;
    std::ranges::move(m_data.takeSkipped(), std::back_inserter(m_skipped));
    heard.skipped = static_cast<double>(m_skipped.size());
    const auto sums = m_learner.total(own, event.scores, heard);
    if (!sums)
        return sums.error();
    if (heard.skipped > 0)
        if (auto done = tellSkipped(); !done)
            return done;
    m_validationDue = heard.stop > 0;
    if (m_validationDue)
        return {};
    m_validatedAt = updates();
    if (sums->positives == 0)
        return {}; // there is nothing to validate on
    event.metrics = sums->metrics();
    event.best = !m_best || event.metrics.lossBits < *m_best;
    if (event.best) {
        m_best = event.metrics.lossBits;
        m_newBest = true;
    }
    return m_recorder.record(event);
}

Result<RunEnd> TrainingRun::finish(const std::stop_token& stop)
{
    if (m_validatedAt != updates())
        if (auto done = validate(stop); !done)
            return done.error();
    if (m_validationDue)
        return stopNow("stopped on request");
    if (auto done = save(false); !done)
        return done.error();
    if (auto done = m_recorder.record(FinishedEvent{.update = updates()}); !done)
        return done.error();
    return RunEnd::Finished;
}

} // namespace phono
