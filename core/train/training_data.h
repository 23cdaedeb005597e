#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/batch.h"
#include "core/run/training_config.h"
#include "core/train/process_place.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phono {

/// The recordings of a run, as one process sees them: batches for training without end, and the
/// same pieces for every validation.
///
/// To be used from one thread.
class TrainingData {
public:
    /// Lists recordings and plans batches; decoding begins with the first next(). The stop request
    /// of `progress` ends next() and validate(), too, with Error::cancelled().
    static Result<TrainingData> open(const TrainingConfig& config, const ProcessPlace& place,
                                     const Progress& progress);
    ~TrainingData();
    TrainingData(TrainingData&&) noexcept;
    TrainingData& operator=(TrainingData&&) noexcept;

    std::int64_t recordings() const; ///< to train on, in one epoch
    double hours() const; ///< of them, as declared
    /// What was odd when listing, one sentence each.
    std::vector<std::string> problems() const;

    /// The next batch is number `batch` of `epoch`. Fails if there is none such.
    Result<void> seek(std::int64_t epoch, std::int64_t batch);
    /// The epoch of the next batch, from 1, and how many batches of it are done.
    std::pair<std::int64_t, std::int64_t> place() const;
    double epochsDone() const;
    /// Of this process.
    std::int64_t batchesPerEpoch() const;

    /// Waits for the next batch. Among several processes one may have count 0: nothing in it could
    /// be read. Fails when nothing at all can be read.
    Result<Batch> next();
    /// Recordings newly found to be unreadable, those of validations included.
    std::vector<SkippedFile> takeSkipped();

    /// Hands this process's share of the validation set on, batch by batch, with the number of the
    /// batch among all. Ends at the first failure of `take`.
    Result<void>
    validate(const std::function<Result<void>(const Batch& batch, std::int64_t number)>& take);

private:
    struct State;
    explicit TrainingData(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace phono
