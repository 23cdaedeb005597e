#include "core/run/process_identity.h"
#include "core/train/reference_settings.h"
#include "core/train/training_run.h"

#include <algorithm>
#include <sstream>
#include <tuple>
#include <utility>

// What a run leaves behind: events and checkpoints.

namespace phono {
namespace {

// Under which names a training state keeps what is the run's own.
constexpr const char* kBestLoss = "best_loss_bits";
constexpr const char* kSeconds = "seconds";
constexpr const char* kBatchesPerEpoch = "batches_per_epoch";
constexpr const char* kValidationDue = "validation_due";

/// Batch `batch` of `before` in an epoch that has `now` of them.
std::int64_t scaled(std::int64_t batch, std::int64_t before, std::int64_t now)
{
    const double done = static_cast<double>(batch) / static_cast<double>(before);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(done * static_cast<double>(now)), 0,
                                    now - 1);
}

} // namespace

Result<void> TrainingRun::restore(const TrainingState& state)
{
    m_best = state.number<double>(kBestLoss);
    m_earlierSeconds = std::max(0.0, state.number<double>(kSeconds).value_or(0));
    m_timeIsUp = timeIsUp(m_earlierSeconds);
    m_validationDue = state.number<std::int64_t>(kValidationDue).has_value();
    m_savedAt = state.updates;
    auto batch = state.batch;
    const auto now = m_data.batchesPerEpoch();
    const auto before = state.number<std::int64_t>(kBatchesPerEpoch).value_or(now);
    if (before != now && before > 0) {
        batch = scaled(batch, before, now);
        m_recorder.note("an epoch, which had " + std::to_string(before) + " batches, has "
                        + std::to_string(now) + " now; going on behind batch "
                        + std::to_string(batch) + " of epoch " + std::to_string(state.epoch));
    }
    if (auto done = m_data.seek(state.epoch, batch); !done)
        return done;
    m_reached = m_data.place();
    return m_learner.restore(state);
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

/// Logs what any of the processes had to leave out.
Result<void> TrainingRun::tellSkipped()
{
    std::string lines;
    for (const auto& file : std::exchange(m_skipped, {}))
        lines += toLine(SkippedEvent{.update = updates(), .path = file.path, .reason = file.reason})
            + '\n';
    const auto all = m_learner.gather(lines);
    if (!all)
        return all.error();
    for (const auto& text : *all) {
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);)
            if (auto event = parseLine(line); event && *event)
                if (auto done = m_recorder.record(**std::move(event)); !done)
                    return done;
    }
    return {};
}

Result<void> TrainingRun::log()
{
    if (m_meter.empty())
        return {};
    auto event = m_meter.take(updates(), m_data.epochsDone());
    event.cpuUtilization = m_cpu.take();
    // Asking the driver takes milliseconds, and it measures a few times a second only.
    if (m_gpu && Clock::now() - m_gpuReadAt > std::chrono::seconds(1)) {
        m_gpuState = m_gpu->read();
        m_gpuReadAt = Clock::now();
    }
    event.gpu = m_gpuState;
    return m_recorder.record(std::move(event));
}

TrainingState TrainingRun::state() const
{
    auto state = m_learner.state();
    std::tie(state.epoch, state.batch) = m_reached;
    state.settings = referenceSettings(m_config);
    state.progress.emplace_back(kBatchesPerEpoch, m_data.batchesPerEpoch());
    if (m_validationDue)
        state.progress.emplace_back(kValidationDue, std::int64_t(1));
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
