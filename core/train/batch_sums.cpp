#include "core/train/training_network.h"

#include <numbers>

namespace phono {
namespace {

/// a += b, entry by entry; the longer one's length.
template <typename T>
void addTo(std::vector<T>& a, const std::vector<T>& b)
{
    if (a.size() < b.size())
        a.resize(b.size());
    for (std::size_t i = 0; i < b.size(); ++i)
        a[i] += b[i];
}

double ratio(double sum, std::int64_t count)
{
    return count > 0 ? sum / static_cast<double>(count) : 0;
}

} // namespace

void BatchSums::add(const BatchSums& other)
{
    // A perplexity has no sum: batches count by their positives.
    if (other.codePerplexity) {
        const auto weight = codePerplexity
            ? ratio(static_cast<double>(other.positives), positives + other.positives)
            : 1;
        codePerplexity = codePerplexity.value_or(0) * (1 - weight) + *other.codePerplexity * weight;
    }
    loss += other.loss;
    addTo(stepLoss, other.stepLoss);
    addTo(stepPositives, other.stepPositives);
    positives += other.positives;
    negatives += other.negatives;
    correct += other.correct;
    positiveSum += other.positiveSum;
    negativeSum += other.negativeSum;
}

TaskMetrics BatchSums::metrics() const
{
    TaskMetrics metrics;
    metrics.lossBits = ratio(loss, positives) / std::numbers::ln2;
    for (std::size_t i = 0; i < stepLoss.size(); ++i)
        metrics.stepBits.push_back(ratio(stepLoss[i], stepPositives[i]) / std::numbers::ln2);
    metrics.accuracy = ratio(static_cast<double>(correct), positives);
    metrics.positiveMean = ratio(positiveSum, positives);
    metrics.negativeMean = ratio(negativeSum, negatives);
    return metrics;
}

} // namespace phono
