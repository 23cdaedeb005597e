#include "core/train/training_run.h"

#include "core/run/process_identity.h"
#include "core/run/run_control.h"
#include "core/train/reference_settings.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <thread>
#include <tuple>
#include <utility>

namespace phono {
namespace {

using namespace std::chrono_literals;

constexpr auto kPausePoll = 200ms;

// Under which names a training state keeps what is the run's own.
constexpr const char* kBestLoss = "best_loss_bits";
constexpr const char* kSeconds = "seconds";

std::optional<double> numberIn(const TrainingState& state, std::string_view name)
{
    for (const auto& [key, value] : state.progress)
        if (const auto* number = std::get_if<double>(&value); number && key == name)
            return *number;
    return std::nullopt;
}

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
{
}

Result<void> TrainingRun::restore(const TrainingState& state)
{
    m_best = numberIn(state, kBestLoss);
    m_earlierSeconds = numberIn(state, kSeconds).value_or(0);
    m_savedAt = state.updates;
    if (auto done = m_data.seek(state.epoch, state.batch); !done)
        return done;
    return m_learner.restore(state);
}

double TrainingRun::seconds() const
{
    return m_earlierSeconds + std::chrono::duration<double>(Clock::now() - m_started).count();
}

bool TrainingRun::isOver() const
{
    const auto& limits = m_config.optimization;
    return updates() >= limits.maxUpdate
        || (limits.maxEpoch > 0 && m_data.place().first > limits.maxEpoch)
        || (limits.stopTimeHours > 0 && seconds() > limits.stopTimeHours * 3600);
}

Signals TrainingRun::signals(const std::stop_token& stop) const
{
    Signals signals;
    signals.stop = stop.stop_requested() ? 1 : 0;
    if (m_place.rank == 0) {
        const auto request = pendingRequest(m_directory);
        signals.stop += request == RunRequest::Stop ? 1 : 0;
        signals.pause = request == RunRequest::Pause ? 1 : 0;
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
    while (!isOver()) {
        const auto begin = Clock::now();
        const auto outcome = update(stop);
        if (!outcome)
            return outcome.error();
        const double took = std::chrono::duration<double>(Clock::now() - begin).count();
        if (auto done = afterUpdate(*outcome, took); !done)
            return done.error();
        if (outcome->signals.stop > 0)
            return stopNow("stopped on request");
        if (outcome->signals.pause == 0)
            continue;
        const auto wish = waitWhilePaused(stop);
        if (!wish)
            return wish.error();
        if (*wish == Wish::Stop)
            return stopNow("stopped while paused");
    }
    return finish();
}

Result<void> TrainingRun::start()
{
    const auto process = thisProcess();
    StartedEvent event;
    event.version = PHONO_VERSION;
    event.update = updates();
    event.maxUpdate = m_config.optimization.maxUpdate;
    event.device = m_learner.device();
    event.precision = m_learner.precision();
    event.kernel = m_learner.kernel();
    event.threads = m_learner.threads();
    event.processes = m_place.size;
    event.host = process.host;
    event.pid = process.pid;
    event.parameters = m_learner.parameterCount();
    event.recordings = m_data.recordings();
    event.hours = m_data.hours();
    for (const auto& problem : m_data.problems())
        m_recorder.note(problem);
    return m_recorder.record(event);
}

/// The next batch, with what has to be said of it.
Result<Batch> TrainingRun::nextBatch(Signals& signals)
{
    auto batch = m_data.next();
    if (!batch)
        return batch;
    for (const auto& skipped : m_data.takeSkipped())
        if (auto done = m_recorder.record(
                SkippedEvent{.update = updates(), .path = skipped.path, .reason = skipped.reason});
            !done)
            return done.error();
    signals.dataWait += batch->waitSeconds;
    signals.audioSeconds += batch->audioSeconds;
    std::ranges::copy(batch->files, std::back_inserter(m_files));
    return batch;
}

Result<UpdateOutcome> TrainingRun::update(const std::stop_token& stop)
{
    auto now = signals(stop);
    std::vector<Batch> batches;
    std::vector<AudioBatch> audio;
    m_files.clear();
    for (int i = 0; i < m_config.optimization.updateFreq; ++i) {
        auto next = nextBatch(now);
        if (!next)
            return next.error();
        batches.push_back(std::move(*next));
        audio.push_back(audioOf(batches.back()));
    }
    auto outcome = m_learner.update(audio, now);
    if (!outcome || !outcome->diverged)
        return outcome;
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
    if (outcome.skipped) {
        m_recorder.note("update " + std::to_string(updates() + 1)
                        + ": a gradient beyond the range of fp16; the loss scale is halved");
        return {};
    }
    m_meter.add(outcome, seconds);
    if (m_meter.due())
        if (auto done = log(); !done)
            return done;
    const auto due = [&](std::int64_t interval) {
        return interval > 0 && updates() % interval == 0;
    };
    if (due(m_config.dataset.validateIntervalUpdates))
        if (auto done = validate(); !done)
            return done;
    const bool step = due(m_config.checkpoint.saveIntervalUpdates);
    return step || m_newBest ? save(step) : Result<void>();
}

Result<void> TrainingRun::log()
{
    if (m_meter.empty())
        return {};
    auto event = m_meter.take(updates(), m_data.epochsDone());
    event.cpuUtilization = m_cpu.take();
    if (m_gpu)
        event.gpu = m_gpu->read();
    return m_recorder.record(std::move(event));
}

Result<TrainingRun::Wish> TrainingRun::waitWhilePaused(const std::stop_token& stop)
{
    if (auto done = save(false); !done)
        return done.error();
    if (auto done = m_recorder.record(PausedEvent{.update = updates()}); !done)
        return done.error();
    while (true) {
        std::this_thread::sleep_for(kPausePoll);
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

Result<void> TrainingRun::validate()
{
    m_validatedAt = updates();
    ValidEvent event;
    event.update = updates();
    event.scores = emptyHistogram();
    BatchSums own;
    const auto evaluated = m_data.validate([&](const Batch& batch, std::int64_t number) {
        const auto sums = m_learner.evaluate(audioOf(batch), number, event.scores);
        if (sums)
            own.add(*sums);
        return sums ? Result<void>() : Result<void>(sums.error());
    });
    if (!evaluated)
        return evaluated;
    const auto sums = m_learner.total(own);
    if (!sums)
        return sums.error();
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

TrainingState TrainingRun::state() const
{
    auto state = m_learner.state();
    std::tie(state.epoch, state.batch) = m_data.place();
    state.settings = referenceSettings(m_config);
    if (m_best)
        state.progress.emplace_back(kBestLoss, *m_best);
    state.progress.emplace_back(kSeconds, seconds());
    return state;
}

Result<void> TrainingRun::save(bool step)
{
    // A line of the log never spans a checkpoint, so that a run that goes on logs the same.
    if (auto done = log(); !done)
        return done;
    const bool best = std::exchange(m_newBest, false);
    if (m_place.rank != 0 || (m_savedAt == updates() && !best && !step))
        return {};
    auto model = m_learner.model();
    model.provenance = {{"training", "pretrained with Phonoscope " PHONO_VERSION},
                        {"training data", m_config.task.data},
                        {"seed", std::to_string(m_config.common.seed)},
                        {"updates", std::to_string(updates())},
                        {"planned updates", std::to_string(m_config.optimization.maxUpdate)}};
    const auto names = m_keeper.save(model, state(), best, step);
    if (!names)
        return names.error();
    m_savedAt = updates();
    for (const auto& name : *names)
        if (auto done = m_recorder.record(
                CheckpointEvent{.update = updates(), .path = "checkpoints/" + name});
            !done)
            return done;
    return {};
}

Result<RunEnd> TrainingRun::finish()
{
    if (m_validatedAt != updates())
        if (auto done = validate(); !done)
            return done.error();
    if (auto done = save(false); !done)
        return done.error();
    if (auto done = m_recorder.record(FinishedEvent{.update = updates()}); !done)
        return done.error();
    return RunEnd::Finished;
}

Result<RunEnd> TrainingRun::stopNow(const std::string& reason)
{
    if (auto done = m_recorder.setStatus(RunStatus::Stopping, updates()); !done)
        return done.error();
    if (auto done = save(false); !done)
        return done.error();
    if (auto done = m_recorder.record(StoppedEvent{.update = updates(), .reason = reason}); !done)
        return done.error();
    return RunEnd::Stopped;
}

} // namespace phono
