#pragma once

#include "core/run/run_directory.h"
#include "core/run/training_config.h"
#include "core/train/checkpoint_keeper.h"
#include "core/train/cpu_meter.h"
#include "core/train/gpu_monitor.h"
#include "core/train/learner.h"
#include "core/train/log_meter.h"
#include "core/train/run_recorder.h"
#include "core/train/trainer.h"
#include "core/train/training_data.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace phono {

/// A run from its start, or from a checkpoint, to its end: updates, validation, checkpoints, log,
/// and the wishes of those who watch it.
class TrainingRun {
public:
    /// What a run consists of. The recorder outlives it.
    struct Parts {
        TrainingConfig config;
        RunDirectory directory;
        ProcessPlace place;
        Learner learner;
        TrainingData data;
        RunRecorder& recorder;
    };
    explicit TrainingRun(Parts parts);

    /// Goes on from where `state` was saved.
    Result<void> restore(const TrainingState& state);
    /// Fails after having saved what can be saved.
    Result<RunEnd> go(const std::stop_token& stop);

    std::int64_t updates() const { return m_learner.updates(); }
    /// The recordings of the batch in which the run failed, if they are to blame.
    const std::vector<std::string>& files() const { return m_files; }

private:
    using Clock = std::chrono::steady_clock;
    enum class Wish { GoOn, Stop };

    Result<RunEnd> loop(const std::stop_token& stop);
    Result<void> start();
    Result<UpdateOutcome> update(const std::stop_token& stop);
    Result<void> nextBatches(std::vector<Batch>& batches, Signals& signals);
    Result<void> tellSkipped();
    Error dataFailure(const Result<void>& own);
    Result<void> afterUpdate(const UpdateOutcome& outcome, double seconds);
    Result<void> whatIsDue(const std::stop_token& stop);
    Result<Wish> waitWhilePaused(const std::stop_token& stop);
    Result<void> log();
    Result<void> validate(const std::stop_token& stop);
    Result<void> save(bool step);
    TrainingState state() const;
    Result<RunEnd> finish(const std::stop_token& stop);
    Result<RunEnd> stopNow(const std::string& reason);
    Signals signals(const std::stop_token& stop) const;
    bool isOver() const;
    bool timeIsUp(double seconds) const;
    double seconds() const;

    TrainingConfig m_config;
    RunDirectory m_directory;
    ProcessPlace m_place;
    RunRecorder& m_recorder;
    Learner m_learner;
    TrainingData m_data;
    CheckpointKeeper m_keeper;
    LogMeter m_meter;
    CpuMeter m_cpu;
    std::optional<GpuMonitor> m_gpu;
    std::optional<GpuState> m_gpuState; // as last read
    Clock::time_point m_gpuReadAt;
    std::vector<std::string> m_files; // of the newest batches
    std::vector<SkippedFile> m_skipped; // found by this process, and not told yet
    bool m_diverged = false;
    bool m_timeIsUp = false; // as all processes heard it
    std::pair<std::int64_t, std::int64_t> m_reached; // in the data, by the last complete update
    std::int64_t m_savedAt = -1;
    std::int64_t m_validatedAt = -1;
    bool m_validationDue = false; // it was broken off to stop
    std::optional<double> m_best; // validation loss in bits
    bool m_newBest = false; // and not saved yet
    double m_earlierSeconds = 0; // before this process
    Clock::time_point m_started = Clock::now();
};

} // namespace phono
