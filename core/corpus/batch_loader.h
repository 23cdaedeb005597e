#pragma once

#include "core/corpus/batch.h"
#include "core/corpus/batch_plan.h"
#include "core/corpus/collate.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace phono {

/// Where a loader begins and ends, and with how many hands it works.
struct LoaderOptions {
    int workers = 2; ///< decoding threads; 0: next() decodes itself
    std::int64_t epoch = 1; ///< the first batch: after batch (e, i), this is (e, i + 1)
    std::int64_t index = 0;
    std::int64_t lastEpoch = 0; ///< 0: one epoch follows another without end
    bool normalize = false;
    /// Delivers batches of which nothing could be read, with count 0, so that processes that share
    /// a plan stay in step. Otherwise they are passed over.
    bool keepEmptyBatches = false;

    /// One pass over a plan, the same batches and pieces every time: for validation.
    static LoaderOptions onePass(int workers, bool normalize)
    {
        return {.workers = workers, .lastEpoch = 1, .normalize = normalize};
    }
};

/// Delivers the batches of a plan in its order, epoch after epoch, decoded ahead of need by worker
/// threads. Neither their number nor where a loader began changes a batch.
///
/// To be used from one thread. The destructor stops and joins the workers.
class BatchLoader {
public:
    /// Corpus and plan, which belong together, must outlive the loader.
    BatchLoader(const Corpus& corpus, const BatchPlan& plan, const LoaderOptions& options,
                std::stop_token stop = {});
    ~BatchLoader();
    BatchLoader(const BatchLoader&) = delete;
    BatchLoader& operator=(const BatchLoader&) = delete;

    /// Waits for the next batch. Nothing after the last epoch, when stopped, or on a failure.
    std::optional<Batch> next();
    /// Why next() had nothing to give: the plan is empty, or nothing could be read of a whole epoch
    /// or of a thousand batches in a row. Empty if it ended well.
    const std::string& failure() const { return m_failure; }
    /// Recordings that were left out of the batches up to now (those passed over included) and have
    /// not been taken yet, each once in the loader's life.
    std::vector<SkippedFile> takeSkipped() { return std::exchange(m_skipped, {}); }

private:
    struct Job {
        std::shared_ptr<const EpochPlan> order;
        std::int64_t epoch = 0;
        std::int64_t index = 0;
        std::optional<Collated> result; ///< protected by m_mutex
    };

    std::shared_ptr<Job> nextJob();
    std::optional<Collated> perform(const Job& job) const;
    void work();
    std::optional<Collated> nextResult();
    void report(std::vector<SkippedFile> skipped);
    bool isHopeless(const Batch& batch);

    // Constant after construction.
    const Corpus& m_corpus;
    const BatchPlan& m_plan;
    LoaderOptions m_options;
    std::size_t m_depth; ///< jobs begun and not delivered
    std::stop_source m_stop;

    // Of the thread that calls next().
    std::string m_failure;
    std::vector<SkippedFile> m_skipped;
    std::unordered_set<std::uint32_t> m_reported;
    std::int64_t m_emptyInARow = 0;

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    // Protected by m_mutex.
    std::shared_ptr<const EpochPlan> m_order;
    std::int64_t m_epoch;
    std::int64_t m_index;
    std::deque<std::shared_ptr<Job>> m_jobs; ///< in the plan's order
    bool m_ended = false; ///< no job is left to begin

    std::stop_callback<std::function<void()>> m_forwardStop;
    std::vector<std::jthread> m_workers;
};

} // namespace phono
