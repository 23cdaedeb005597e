#include "core/train/trainer.h"

#include "core/model/seeded_model.h"
#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "core/run/run_lock.h"
#include "core/run/run_state.h"
#include "core/run/text_file.h"
#include "core/train/checkpoint_keeper.h"
#include "core/train/training_run.h"

#include <algorithm>
#include <utility>

namespace phono {
namespace {

/// The configuration, and the model and state to begin with.
struct Beginning {
    TrainingConfig config;
    Checkpoint model;
    std::optional<TrainingState> state;
    std::vector<std::string> damaged;
};

/// What a mistyped command can be told before anything is made.
Result<void> checkNew(const TrainingConfig& config)
{
    if (auto valid = config.validate(); !valid)
        return valid;
    if (config.task.data.empty())
        return Error{"no recordings to train on: give a folder or a manifest (task.data)"};
    for (const auto& path : {config.task.data, config.task.valid}) {
        std::error_code error;
        if (!path.empty() && !std::filesystem::exists(path, error))
            return Error{path + " is not there; give a folder of recordings or a manifest"};
    }
    return {};
}

Result<TrainingConfig> changedConfig(const TrainJob& job, const RunDirectory& run)
{
    auto config = readTrainingConfig(run.config());
    if (!config)
        return config;
    for (const auto& [name, value] : job.changes)
        if (auto set = setField(*config, name, value); !set)
            return set.error();
    if (auto valid = config->validate(); !valid)
        return valid.error();
    return config;
}

/// As it is kept: a run that is resumed from another folder must find its recordings.
Result<TrainingConfig> configOf(const TrainJob& job, const RunDirectory& run)
{
    auto config = job.config ? Result<TrainingConfig>(*job.config) : changedConfig(job, run);
    if (!config)
        return config;
    for (auto* path : {&config->task.data, &config->task.valid}) {
        std::error_code error;
        const auto absolute = std::filesystem::absolute(*path, error);
        if (!path->empty() && !error)
            *path = absolute.string();
    }
    return config;
}

Result<Beginning> beginNew(const TrainingConfig& config)
{
    auto model = seededModel(config.model, config.common.seed);
    if (!model)
        return model.error();
    return Beginning{config, std::move(*model), {}, {}};
}

Result<Beginning> beginAgain(const TrainingConfig& config, const RunDirectory& run)
{
    auto found = CheckpointKeeper(run.checkpoints(), config.checkpoint).newest();
    if (!found)
        return found.error();
    if (!*found)
        return beginNew(config); // killed before its first checkpoint
    if (!((*found)->model.config == config.model))
        return Error{(*found)->path.string() + " is of another model than "
                     + run.config().string()};
    return Beginning{config, std::move((*found)->model), std::move((*found)->state),
                     std::move((*found)->damaged)};
}

/// Says why the run ended in its log, if that can still be written.
Error failed(RunRecorder& recorder, std::int64_t update, const Error& error,
             const std::vector<std::string>& files)
{
    const auto recorded =
        recorder.record(FailedEvent{.update = update, .message = error.message, .files = files});
    if (!recorded)
        return Error{error.message + " (" + recorded.error().message + ")"};
    return error;
}

/// Before the first update: there is nothing to save.
Result<RunEnd> stopped(RunRecorder& recorder, std::int64_t update)
{
    auto done =
        recorder.record(StoppedEvent{.update = update, .reason = "stopped while it started"});
    return done ? Result<RunEnd>(RunEnd::Stopped) : Result<RunEnd>(done.error());
}

/// How far the run had come when it was last heard of.
std::int64_t updatesOf(const RunDirectory& run)
{
    const auto state = readState(run);
    return state && *state ? std::max<std::int64_t>(0, (*state)->update) : 0;
}

Result<RunEnd> trainFrom(const TrainJob& job, const RunDirectory& directory,
                         const Beginning& beginning, RunRecorder& recorder,
                         const std::stop_token& stop)
{
    const auto update = beginning.state ? beginning.state->updates : 0;
    for (const auto& problem : beginning.damaged)
        recorder.note("passed over a damaged checkpoint: " + problem);
    auto learner = Learner::create(beginning.model, beginning.config, job.place, stop);
    if (!learner && learner.error().isCancelled())
        return stopped(recorder, update);
    if (!learner)
        return failed(recorder, update, learner.error(), {});
    const auto beat = [&](std::string_view, double) {
        recorder.beat(update);
    };
    auto data = TrainingData::open(beginning.config, job.place, {.report = beat, .stop = stop});
    if (!data && data.error().isCancelled())
        return stopped(recorder, update);
    if (!data)
        return failed(recorder, update, data.error(), {});
    TrainingRun run({.config = beginning.config,
                     .directory = directory,
                     .place = job.place,
                     .learner = std::move(*learner),
                     .data = std::move(*data),
                     .recorder = recorder});
    if (beginning.state)
        if (auto restored = run.restore(*beginning.state); !restored)
            return failed(recorder, update, restored.error(), {});
    auto end = run.go(stop);
    if (!end)
        return failed(recorder, run.updates(), end.error(), run.files());
    return end;
}

} // namespace

Result<RunEnd> train(const TrainJob& job, const std::stop_token& stop)
{
    const bool first = job.place.rank == 0;
    if (job.config)
        if (auto fine = checkNew(*job.config); !fine)
            return fine.error();
    auto directory = !job.config ? RunDirectory::open(job.run)
        : first                  ? RunDirectory::create(job.run)
                                 : Result<RunDirectory>(RunDirectory::at(job.run));
    if (!directory)
        return directory.error();
    const auto config = configOf(job, *directory);
    if (!config)
        return config.error();
    std::optional<RunLock> lock;
    RunRecorder recorder;
    if (first) {
        auto acquired = RunLock::acquire(*directory);
        if (!acquired)
            return acquired.error();
        lock.emplace(std::move(*acquired));
        auto log = RunLog::open(*directory);
        if (!log)
            return log.error();
        recorder = RunRecorder(*directory, std::move(*log), job.heard);
        if (!lock->doubt().empty())
            recorder.note(lock->doubt());
    }
    const auto before = updatesOf(*directory);
    if (auto done = recorder.setStatus(RunStatus::Starting, before); !done)
        return done.error();
    if (first && (job.config || !job.changes.empty()))
        if (auto saved = replaceTextFile(directory->config(), toToml(*config)); !saved)
            return failed(recorder, before, saved.error(), {});
    const auto beginning = job.config ? beginNew(*config) : beginAgain(*config, *directory);
    if (!beginning)
        return failed(recorder, before, beginning.error(), {});
    return trainFrom(job, *directory, *beginning, recorder, stop);
}

} // namespace phono
