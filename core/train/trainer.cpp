#include "core/train/trainer.h"

#include "core/model/seeded_model.h"
#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "core/run/run_lock.h"
#include "core/run/text_file.h"
#include "core/train/checkpoint_keeper.h"
#include "core/train/training_run.h"

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

Result<Beginning> beginNew(const TrainingConfig& config)
{
    auto model = seededModel(config.model, config.common.seed);
    if (!model)
        return model.error();
    return Beginning{config, std::move(*model), {}, {}};
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

Result<Beginning> beginAgain(const TrainJob& job, const RunDirectory& run)
{
    auto config = changedConfig(job, run);
    if (!config)
        return config.error();
    auto found = CheckpointKeeper(run.checkpoints(), config->checkpoint).newest();
    if (!found)
        return found.error();
    if (!*found)
        return beginNew(*config); // killed before its first checkpoint
    if (!((*found)->model.config == config->model))
        return Error{(*found)->path.string() + " is of another model than "
                     + run.config().string()};
    return Beginning{std::move(*config), std::move((*found)->model), std::move((*found)->state),
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

Result<RunEnd> trainFrom(const TrainJob& job, const RunDirectory& directory,
                         const Beginning& beginning, RunRecorder& recorder,
                         const std::stop_token& stop)
{
    const auto update = beginning.state ? beginning.state->updates : 0;
    for (const auto& problem : beginning.damaged)
        recorder.note("passed over a damaged checkpoint: " + problem);
    auto learner = Learner::create(beginning.model, beginning.config, job.place);
    if (!learner)
        return failed(recorder, update, learner.error(), {});
    auto data = TrainingData::open(beginning.config, job.place, {.report = {}, .stop = stop});
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
    auto beginning = job.config ? beginNew(*job.config) : beginAgain(job, *directory);
    if (!beginning)
        return beginning.error();
    const bool save = first && (job.config || !job.changes.empty());
    if (save)
        if (auto saved = replaceTextFile(directory->config(), toToml(beginning->config)); !saved)
            return saved.error();
    if (auto done = recorder.setStatus(RunStatus::Starting,
                                       beginning->state ? beginning->state->updates : 0);
        !done)
        return done.error();
    return trainFrom(job, *directory, *beginning, recorder, stop);
}

} // namespace phono
