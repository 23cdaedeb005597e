#include "core/corpus/batch_plan.h"

#include "core/corpus/mersenne_twister.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <string>

namespace phono {
namespace {

constexpr std::int64_t kMostRecordings = std::numeric_limits<std::uint32_t>::max();

Result<void> check(const PlanOptions& options, std::size_t recordings)
{
    if (static_cast<std::int64_t>(recordings) > kMostRecordings)
        return Error{"a corpus can have " + std::to_string(kMostRecordings)
                     + " recordings; split it"};
    if (options.maxSampleSize < 1 || options.maxSampleSize > kMostRecordings)
        return Error{"task.max_sample_size must be at least 1 and below 2^32"};
    if (options.minSampleSize > options.maxSampleSize)
        return Error{"task.min_sample_size is above task.max_sample_size"};
    if (options.maxTokens < 0 || options.batchSize < 0)
        return Error{"dataset.max_tokens and dataset.batch_size must not be negative"};
    if (options.maxTokens == 0 && options.batchSize == 0)
        return Error{"nothing limits a batch: set dataset.max_tokens or dataset.batch_size"};
    if (options.requiredBatchSizeMultiple < 1)
        return Error{"dataset.required_batch_size_multiple must be at least 1"};
    if (options.processes < 1 || options.rank < 0 || options.rank >= options.processes)
        return Error{"there is no process " + std::to_string(options.rank) + " of "
                     + std::to_string(options.processes)};
    return {};
}

/// Sorts by 16 bits of `key`, largest first, and leaves the order of equals alone.
template <typename Key>
void sortByDigit(std::vector<std::uint32_t>& items, std::vector<std::uint32_t>& spare, Key key)
{
    constexpr std::size_t kDigits = std::size_t(1) << 16;
    std::vector<std::uint32_t> places(kDigits);
    for (const auto item : items)
        ++places[kDigits - 1 - key(item)];
    std::exclusive_scan(places.begin(), places.end(), places.begin(), 0U);
    for (const auto item : items)
        spare[places[kDigits - 1 - key(item)]++] = item;
    items.swap(spare);
}

} // namespace

Result<BatchPlan> BatchPlan::create(const Corpus& corpus, const PlanOptions& options,
                                    const std::stop_token& stop)
{
    if (auto good = check(options, corpus.size()); !good)
        return good.error();
    BatchPlan plan(options);
    if (auto done = plan.sort(corpus, stop); !done)
        return done.error();
    if (auto done = plan.cut(corpus); !done)
        return done.error();
    return plan;
}

std::int64_t BatchPlan::declaredLength(const Corpus& corpus, std::uint32_t recording) const
{
    return std::min(corpus.samples(recording), m_options.maxSampleSize);
}

/// numpy.lexsort((permutation, lengths))[::-1], where the permutation numbers the recordings that
/// stay.
Result<void> BatchPlan::sort(const Corpus& corpus, const std::stop_token& stop)
{
    const auto shortest = std::max<std::int64_t>(m_options.minSampleSize, 1);
    std::vector<std::uint32_t> kept;
    kept.reserve(corpus.size());
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        if (corpus.samples(i) >= shortest)
            kept.push_back(static_cast<std::uint32_t>(i));
    }
    m_tooShort = corpus.size() - kept.size();

    std::vector<std::uint32_t> permutation(kept.size());
    std::iota(permutation.begin(), permutation.end(), 0U);
    MersenneTwister::numpy(m_options.seed).shuffle(std::span(permutation));
    m_order.resize(kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i)
        m_order[kept.size() - 1 - permutation[i]] = kept[i];

    auto spare = std::move(permutation);
    const auto length = [&](std::uint32_t recording) {
        return static_cast<std::size_t>(declaredLength(corpus, recording));
    };
    if (stop.stop_requested())
        return Error::cancelled();
    sortByDigit(m_order, spare, [&](std::uint32_t i) { return length(i) & 0xffff; });
    if (stop.stop_requested())
        return Error::cancelled();
    sortByDigit(m_order, spare, [&](std::uint32_t i) { return length(i) >> 16; });
    return stop.stop_requested() ? Result<void>(Error::cancelled()) : Result<void>();
}

/// fairseq's batch_by_size for lengths that fall: there, what a multiple leaves over begins the
/// next batch.
Result<void> BatchPlan::cut(const Corpus& corpus)
{
    const auto multiple = static_cast<std::size_t>(m_options.requiredBatchSizeMultiple);
    constexpr auto kNoLimit = std::numeric_limits<std::int64_t>::max();
    for (std::size_t start = 0; start < m_order.size(); start = m_starts.back()) {
        const auto length = declaredLength(corpus, m_order[start]);
        if (m_options.maxTokens > 0 && length > m_options.maxTokens)
            return Error{corpus.path(m_order[start]).string() + " counts " + std::to_string(length)
                         + " samples, but a batch may hold only "
                         + std::to_string(m_options.maxTokens)
                         + ": raise dataset.max_tokens or lower task.max_sample_size"};
        const auto most =
            std::min(m_options.maxTokens > 0 ? m_options.maxTokens / length : kNoLimit,
                     m_options.batchSize > 0 ? m_options.batchSize : kNoLimit);
        auto count = std::min(static_cast<std::size_t>(most), m_order.size() - start);
        if (m_options.referenceBatching && count > multiple)
            count -= count % multiple;
        m_starts.push_back(static_cast<std::uint32_t>(start + count));
    }
    if (m_options.referenceBatching && batches() > 0
        && (m_starts.back() - m_starts[batches() - 1]) % multiple != 0)
        m_starts.pop_back();
    return {};
}

std::int64_t BatchPlan::batchesPerProcess() const
{
    const auto processes = static_cast<std::size_t>(m_options.processes);
    return static_cast<std::int64_t>((batches() + processes - 1) / processes);
}

EpochPlan BatchPlan::epoch(std::int64_t epoch) const
{
    return {*this, epoch};
}

EpochPlan::EpochPlan(const BatchPlan& plan, std::int64_t epoch)
    : m_plan(&plan)
    , m_batches(plan.batches())
{
    std::iota(m_batches.begin(), m_batches.end(), 0U);
    if (plan.options().shuffleBatches)
        MersenneTwister::numpy(plan.options().seed + static_cast<std::uint64_t>(epoch))
            .shuffle(std::span(m_batches));
}

std::int64_t EpochPlan::place(std::int64_t index) const
{
    return index * m_plan->options().processes + m_plan->options().rank;
}

std::span<const std::uint32_t> EpochPlan::batch(std::int64_t index) const
{
    const auto number = m_batches[static_cast<std::size_t>(place(index)) % m_batches.size()];
    const auto begin = m_plan->m_starts[number];
    return std::span(m_plan->m_order).subspan(begin, m_plan->m_starts[number + 1] - begin);
}

} // namespace phono
