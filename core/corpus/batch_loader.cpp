#include "core/corpus/batch_loader.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>

namespace phono {

BatchLoader::BatchLoader(const Corpus& corpus, const BatchPlan& plan, const LoaderOptions& options,
                         std::stop_token stop)
    : m_corpus(corpus)
    , m_plan(plan)
    , m_options(options)
    , m_depth(2 * static_cast<std::size_t>(std::max(options.workers, 0)))
    , m_epoch(options.epoch)
    , m_index(options.index)
    , m_forwardStop(std::move(stop), [this] { m_stop.request_stop(); })
{
    for (int i = 0; i < options.workers; ++i)
        m_workers.emplace_back([this] { work(); });
}

BatchLoader::~BatchLoader()
{
    m_stop.request_stop();
}

/// REQUIRES: m_mutex is held, or there are no workers. Null after the last.
std::shared_ptr<BatchLoader::Job> BatchLoader::nextJob()
{
    if (m_plan.batches() == 0)
        return nullptr;
    if (m_index >= m_plan.batchesPerProcess()) {
        ++m_epoch;
        m_index = 0;
        m_order = nullptr;
    }
    if (m_options.lastEpoch > 0 && m_epoch > m_options.lastEpoch)
        return nullptr;
    if (!m_order)
        m_order = std::make_shared<const EpochPlan>(m_plan.epoch(m_epoch));
    return std::make_shared<Job>(Job{m_order, m_epoch, m_index++, std::nullopt});
}

/// Nothing when stopped.
std::optional<Collated> BatchLoader::perform(const Job& job) const
{
    const auto recordings = job.order->batch(job.index);
    const auto place = job.order->place(job.index);
    const PlanOptions& plan = m_plan.options();
    Collated done;
    try {
        auto collated = collate(m_corpus, recordings, {plan.seed, job.epoch, place},
                                {plan.maxSampleSize, plan.minSampleSize, m_options.normalize},
                                m_stop.get_token());
        if (!collated)
            return {};
        done = *std::move(collated);
    } catch (const std::exception& failure) {
        for (const auto recording : recordings)
            done.skipped.push_back({recording, m_corpus.path(recording).string(),
                                    std::string("its batch could not be made: ") + failure.what()});
    }
    done.batch.epoch = job.epoch;
    done.batch.index = job.index;
    done.batch.repeated = place >= static_cast<std::int64_t>(m_plan.batches());
    return done;
}

void BatchLoader::work()
{
    const auto stop = m_stop.get_token();
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, stop, [&] { return m_jobs.size() < m_depth || m_ended; });
            if (stop.stop_requested() || m_ended)
                return;
            job = nextJob();
            m_ended = !job;
            if (job)
                m_jobs.push_back(job);
        }
        auto result = job ? perform(*job) : std::nullopt;
        if (job) {
            const std::lock_guard lock(m_mutex);
            job->result = std::move(result);
        }
        m_changed.notify_all();
    }
}

/// The next in order; nothing after the last and when stopped.
std::optional<Collated> BatchLoader::nextResult()
{
    if (m_workers.empty()) {
        const auto job = nextJob();
        return job ? perform(*job) : std::nullopt;
    }
    std::optional<Collated> result;
    {
        std::unique_lock lock(m_mutex);
        const bool ready = m_changed.wait(lock, m_stop.get_token(), [&] {
            return m_jobs.empty() ? m_ended : m_jobs.front()->result.has_value();
        });
        if (!ready || m_jobs.empty())
            return {};
        result = std::move(m_jobs.front()->result);
        m_jobs.pop_front();
    }
    m_changed.notify_all();
    return result;
}

void BatchLoader::report(std::vector<SkippedFile> skipped)
{
    for (SkippedFile& file : skipped) {
        if (m_reported.insert(file.recording).second)
            m_skipped.push_back(std::move(file));
    }
}

/// So many batches without a recording have followed each other that no more can be expected.
bool BatchLoader::isHopeless(const Batch& batch)
{
    constexpr std::int64_t kMostEmpty = 1000;
    m_emptyInARow = batch.count == 0 ? m_emptyInARow + 1 : 0;
    return m_emptyInARow >= std::min(kMostEmpty, m_plan.batchesPerProcess());
}

std::optional<Batch> BatchLoader::next()
{
    const auto begun = std::chrono::steady_clock::now();
    if (m_plan.batches() == 0)
        m_failure = "there is no recording to make a batch of";
    while (m_failure.empty() && !m_stop.stop_requested()) {
        auto collated = nextResult();
        if (!collated)
            break;
        report(std::move(collated->skipped));
        Batch& batch = collated->batch;
        if (isHopeless(batch)) {
            m_failure = "not one recording of " + std::to_string(m_emptyInARow)
                + " batches in a row could be read";
        } else if (batch.count > 0 || m_options.keepEmptyBatches) {
            const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begun;
            batch.waitSeconds = waited.count();
            return std::move(batch);
        }
    }
    return {};
}

} // namespace phono
