#pragma once

#include "core/base/result.h"
#include "core/corpus/corpus.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace phono {

/// What goes into a batch (SPEC 4). Lengths are in samples, as the corpus declares them.
struct PlanOptions {
    std::uint64_t seed = 1;
    std::int64_t maxSampleSize = 150000; ///< longer recordings count as this long
    std::int64_t minSampleSize = 0; ///< shorter recordings are left out; empty ones always are
    std::int64_t maxTokens = 1500000; ///< most recordings x the longest of them; 0: no limit
    std::int64_t batchSize = 0; ///< most recordings; 0: no limit
    /// As fairseq: batches are cut to multiples of the number below, and the last one is dropped if
    /// it is none.
    bool referenceBatching = false;
    int requiredBatchSizeMultiple = 8;
    bool shuffleBatches = true; ///< or the longest recordings come first in every epoch
    int rank = 0; ///< of this process
    int processes = 1;
};

class EpochPlan;

/// Which recordings make a batch, for all epochs, and in which order the batches come, for each.
///
/// Recordings are sorted, longest first and equal ones at random, and cut into batches; only the
/// order of the batches changes from epoch to epoch. Everything is drawn from the seed as fairseq
/// draws it with NumPy, so that nothing must be kept to go on from any batch of any epoch. Takes
/// four bytes per recording. Immutable.
class BatchPlan {
public:
    /// Fails when the options exclude each other or a recording that stays is longer than
    /// maxTokens, and when stopped, which takes a second for ten million recordings. A plan may
    /// come out without any batch.
    static Result<BatchPlan> create(const Corpus& corpus, const PlanOptions& options,
                                    const std::stop_token& stop = {});

    /// Recordings of one epoch, over all processes.
    std::size_t recordings() const { return m_starts.back(); }
    /// Left out as shorter than minSampleSize.
    std::size_t tooShort() const { return m_tooShort; }
    /// Lost by referenceBatching.
    std::size_t dropped() const { return m_order.size() - m_starts.back(); }
    /// Batches of one epoch, over all processes, without repetitions.
    std::size_t batches() const { return m_starts.size() - 1; }
    /// What each process gets of an epoch.
    std::int64_t batchesPerProcess() const;

    const PlanOptions& options() const { return m_options; }

    /// Epochs count from 1; validation, which is not shuffled, has one only. The plan must stay
    /// where it is meanwhile.
    EpochPlan epoch(std::int64_t epoch) const;

private:
    friend class EpochPlan;

    explicit BatchPlan(const PlanOptions& options)
        : m_options(options)
    {
    }
    std::int64_t declaredLength(const Corpus& corpus, std::uint32_t recording) const;
    Result<void> sort(const Corpus& corpus, const std::stop_token& stop);
    Result<void> cut(const Corpus& corpus);

    PlanOptions m_options;
    std::vector<std::uint32_t> m_order; ///< recordings, longest first
    std::vector<std::uint32_t> m_starts = {0}; ///< of batches in m_order, and their end
    std::size_t m_tooShort = 0;
};

/// The batches of one epoch for one process.
///
/// Batch i of all goes to process i modulo their number. Where that leaves some one batch short,
/// the first batches of the epoch come a second time, so that all processes make the same number of
/// updates with real data.
class EpochPlan {
public:
    /// Of this process.
    std::int64_t size() const { return m_plan->batchesPerProcess(); }
    /// Indices into the corpus; `index` in [0, size()).
    std::span<const std::uint32_t> batch(std::int64_t index) const;
    /// Which batch of all processes' this is, repetitions counted.
    std::int64_t place(std::int64_t index) const;

private:
    friend class BatchPlan;

    EpochPlan(const BatchPlan& plan, std::int64_t epoch);

    const BatchPlan* m_plan;
    std::vector<std::uint32_t> m_batches; ///< in their order; of all processes
};

} // namespace phono
