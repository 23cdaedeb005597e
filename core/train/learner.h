#pragma once

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/run/training_config.h"
#include "core/train/batch_sums.h"
#include "core/train/process_place.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace phono {

/// Equally long stretches of audio, one after the other.
struct AudioBatch {
    std::span<const float> samples; ///< [count][length]
    std::int64_t count = 0; ///< 0: nothing could be read; the process still takes part
    std::int64_t length = 0;
};

/// What the processes tell one another at every update, and hear added up over all of them.
struct Signals {
    double stop = 0;
    double pause = 0;
    double timeIsUp = 0;
    double failed = 0; ///< has no batch: nobody changes the model
    double skipped = 0; ///< recordings
    double dataWait = 0; ///< seconds
    double audioSeconds = 0;
};

struct UpdateOutcome {
    BatchSums sums; ///< over all processes
    Signals signals;
    double lr = 0;
    double gnorm = 0; ///< of the gradient per positive, before clipping
    /// The loss or the gradient was not finite: nothing was changed.
    bool diverged = false;
    bool divergedHere = false; ///< in this process's own batches
    /// fp16 found no room for a gradient: nothing was changed but the loss scale.
    bool skipped = false;
    std::optional<double> lossScale; ///< of this update; fp16 only
};

/// A model being trained, with its optimizer, as one process holds it. All processes make the same
/// calls in the same order and hold the same numbers.
///
/// One thread at a time.
class Learner {
public:
    /// Meets the other processes and takes over the parameters of process 0. `stop` ends the
    /// waiting with Error::cancelled().
    static Result<Learner> create(const Checkpoint& model, const TrainingConfig& config,
                                  const ProcessPlace& place, const std::stop_token& stop = {});
    ~Learner();
    Learner(Learner&&) noexcept;
    Learner& operator=(Learner&&) noexcept;

    std::string device() const; ///< "cpu", "cuda:0"
    std::string kernel() const; ///< what computes the products
    std::string precision() const; ///< "fp32", "bf16", "fp16"
    int threads() const;
    std::int64_t parameterCount() const;
    std::int64_t updates() const;

    /// One update: gradients of all batches of all processes, per positive, clipped, given to Adam
    /// with the schedule's learning rate. Negatives are drawn after torch.manual_seed(seed +
    /// updates), as the reference does.
    Result<UpdateOutcome> update(std::span<const AudioBatch> batches, const Signals& signals);
    /// The loss of one batch, in this process alone; the negatives depend on `number` only. Adds
    /// the scores to `histogram`.
    Result<BatchSums> evaluate(const AudioBatch& batch, std::int64_t number,
                               ScoreHistogram& histogram);
    /// Sums and scores over all processes; hears signals, too.
    Result<BatchSums> total(const BatchSums& own, ScoreHistogram& histogram, Signals& signals);
    /// Only tells and hears; for waiting together.
    Result<Signals> exchange(const Signals& signals);
    /// What each of the processes says, in their order.
    Result<std::vector<std::string>> gather(const std::string& own);

    Checkpoint model() const;
    /// Moments, updates and learning rate; the rest is the caller's.
    TrainingState state() const;
    /// Goes on from `state`, whose model must be the one given to create().
    Result<void> restore(const TrainingState& state);

private:
    struct Parts;
    explicit Learner(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

} // namespace phono
