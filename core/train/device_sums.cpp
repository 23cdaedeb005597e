#include "core/train/device_sums.h"

#include <utility>
#include <vector>

namespace phono {
namespace {

// A row is what is counted, then what is computed.
enum Count { kPositives, kNegatives, kPerplexityWeight, kCounts }; // then positives of each step
enum Sum { kLoss, kCorrect, kPositiveSum, kNegativeSum, kPerplexity, kSums }; // then losses of each

std::int64_t firstSum(std::int64_t steps)
{
    return kCounts + steps;
}

std::int64_t sizeOf(std::int64_t steps)
{
    return firstSum(steps) + kSums + steps;
}

/// A perplexity has no sum: batches count by their positives.
double perplexityWeight(const BatchSums& counts, bool quantized)
{
    return quantized ? static_cast<double>(counts.positives) : 0;
}

std::vector<double> countsOf(const BatchSums& sums, int steps, bool quantized)
{
    std::vector<double> counts = {static_cast<double>(sums.positives),
                                  static_cast<double>(sums.negatives),
                                  perplexityWeight(sums, quantized)};
    for (const auto positives : sums.stepPositives)
        counts.push_back(static_cast<double>(positives));
    counts.resize(static_cast<std::size_t>(firstSum(steps)));
    return counts;
}

} // namespace

at::Tensor upload(const at::Tensor& tensor, at::Device device)
{
    // The pinned copy is kept by LibTorch until the device has read it.
    return device.is_cpu() ? tensor : tensor.pin_memory().to(device, tensor.scalar_type(), true);
}

DeviceSums::DeviceSums(int steps, at::Device device)
    : m_numbers(at::zeros({sizeOf(steps)}, at::TensorOptions(device).dtype(at::kDouble)))
{
}

DeviceSums::DeviceSums(const BatchSums& sums, int steps)
{
    auto numbers = countsOf(sums, steps, sums.codePerplexity.has_value());
    const double weight = perplexityWeight(sums, true);
    for (const double value : {sums.loss, static_cast<double>(sums.correct), sums.positiveSum,
                               sums.negativeSum, sums.codePerplexity.value_or(0) * weight})
        numbers.push_back(value);
    numbers.insert(numbers.end(), sums.stepLoss.begin(), sums.stepLoss.end());
    numbers.resize(static_cast<std::size_t>(sizeOf(steps)));
    m_numbers = at::tensor(numbers, at::kDouble);
}

DeviceSums::DeviceSums(const Parts& parts, int steps)
{
    const bool quantized = parts.codePerplexity.defined();
    const auto options = parts.stepLoss.options();
    const auto perplexity = quantized
        ? parts.codePerplexity * perplexityWeight(parts.counts, quantized)
        : at::zeros({1}, options);
    const auto counts = at::tensor(countsOf(parts.counts, steps, quantized), at::kDouble);
    m_numbers =
        at::cat({upload(counts, parts.stepLoss.device()), parts.loss.view(1), parts.correct.view(1),
                 parts.positiveSum.view(1), parts.negativeSum.view(1), perplexity.view(1),
                 parts.stepLoss, at::zeros({steps - parts.stepLoss.size(0)}, options)});
}

at::Tensor DeviceSums::positives() const
{
    return m_numbers.narrow(0, kPositives, 1);
}

at::Tensor DeviceSums::loss() const
{
    const auto steps = (m_numbers.size(0) - kCounts - kSums) / 2;
    return m_numbers.narrow(0, firstSum(steps) + kLoss, 1);
}

BatchSums DeviceSums::read() const
{
    const auto numbers = m_numbers.cpu();
    const auto steps = (numbers.size(0) - kCounts - kSums) / 2;
    const auto* counts = numbers.data_ptr<double>();
    const auto* values = counts + firstSum(steps);
    const auto whole = [](double count) {
        return static_cast<std::int64_t>(count);
    };
    BatchSums sums;
    sums.loss = values[kLoss];
    sums.positives = whole(counts[kPositives]);
    sums.negatives = whole(counts[kNegatives]);
    sums.correct = whole(values[kCorrect]);
    sums.positiveSum = values[kPositiveSum];
    sums.negativeSum = values[kNegativeSum];
    if (counts[kPerplexityWeight] > 0)
        sums.codePerplexity = values[kPerplexity] / counts[kPerplexityWeight];
    for (std::int64_t step = 0; step < steps && counts[kCounts + step] > 0; ++step) {
        sums.stepPositives.push_back(whole(counts[kCounts + step]));
        sums.stepLoss.push_back(values[kSums + step]);
    }
    return sums;
}

} // namespace phono
