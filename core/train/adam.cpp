#include "core/train/adam.h"

#include "core/model/processor_clones.h"
#include "core/train/parallel.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace phono {
namespace {

constexpr std::int64_t kBlock = 1 << 16;
constexpr double kClipEpsilon = 1e-6;

struct Coefficients {
    float gradient; // scale and clip
    float beta1;
    float beta2;
    float rest1; // 1 - beta1
    float rest2;
    float step;
    float decay; // what is left of a parameter
    float eps;
};

PHONO_CLONES double sumOfSquares(const float* values, std::int64_t count)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < count; ++i)
        sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return sum;
}

PHONO_CLONES void update(float* parameters, const float* gradients, float* expAvg, float* expAvgSq,
                         std::int64_t count, const Coefficients& by)
{
    const Coefficients c = by;
#pragma GCC ivdep
    for (std::int64_t i = 0; i < count; ++i) {
        const float g = gradients[i] * c.gradient;
        const float m = c.beta1 * expAvg[i] + c.rest1 * g;
        const float v = c.beta2 * expAvgSq[i] + c.rest2 * (g * g);
        expAvg[i] = m;
        expAvgSq[i] = v;
        parameters[i] = c.decay * parameters[i] - c.step * m / (std::sqrt(v) + c.eps);
    }
}

} // namespace

AdamOptimizer::AdamOptimizer(const at::Tensor& parameters, const TrainingConfig::Optimizer& options,
                             int threads)
    : expAvg(at::zeros_like(parameters))
    , expAvgSq(at::zeros_like(parameters))
    , m_options(options)
    , m_threads(threads)
{
}

at::Tensor AdamOptimizer::norm(const at::Tensor& gradients, const at::Tensor& scale) const
{
    if (!gradients.device().is_cpu())
        return gradients.square().sum(at::kDouble).sqrt() * scale;
    const auto count = gradients.numel();
    const auto blocks = (count + kBlock - 1) / kBlock;
    std::vector<double> sums(static_cast<std::size_t>(blocks));
    parallelFor(m_threads, blocks, [&](std::int64_t block, int) {
        const auto first = block * kBlock;
        sums[static_cast<std::size_t>(block)] =
            sumOfSquares(gradients.data_ptr<float>() + first, std::min(kBlock, count - first));
    });
    double total = 0;
    for (const double sum : sums)
        total += sum;
    return scale * std::sqrt(total);
}

/// The learning rate, corrected for the bias of the moments.
double AdamOptimizer::stepSize(double lr) const
{
    const auto [beta1, beta2] = m_options.adamBetas;
    const auto power = static_cast<double>(steps + 1);
    return lr * std::sqrt(1 - std::pow(beta2, power)) / (1 - std::pow(beta1, power));
}

void AdamOptimizer::step(at::Tensor& parameters, const at::Tensor& gradients, const Given& given,
                         double clipNorm, double lr)
{
    if (!parameters.device().is_cpu())
        return stepByAten(parameters, gradients, given, clipNorm, lr);
    if (!given.go.item<bool>())
        return;
    const auto [beta1, beta2] = m_options.adamBetas;
    const double scale = given.scale.item<double>();
    const double norm = given.norm.item<double>();
    const double clip = clipNorm > 0 ? std::min(1.0, clipNorm / (norm + kClipEpsilon)) : 1.0;
    const double decay = 1 - m_options.weightDecay * lr;
    const Coefficients by{static_cast<float>(scale * clip), static_cast<float>(beta1),
                          static_cast<float>(beta2),        static_cast<float>(1 - beta1),
                          static_cast<float>(1 - beta2),    static_cast<float>(stepSize(lr)),
                          static_cast<float>(decay),        static_cast<float>(m_options.adamEps)};
    const auto count = parameters.numel();
    parallelFor(m_threads, (count + kBlock - 1) / kBlock, [&](std::int64_t block, int) {
        const auto first = block * kBlock;
        update(parameters.data_ptr<float>() + first, gradients.data_ptr<float>() + first,
               expAvg.data_ptr<float>() + first, expAvgSq.data_ptr<float>() + first,
               std::min(kBlock, count - first), by);
    });
}

void AdamOptimizer::stepByAten(at::Tensor& parameters, const at::Tensor& gradients,
                               const Given& given, double clipNorm, double lr)
{
    // Whether to go is known to the device alone. If not, what is not a number must not touch
    // anything: the gradients count as zeros, and each factor as the one that changes nothing.
    const auto go = given.go.to(at::kFloat);
    const auto shareOf = [&](double share) { // of the new value: 0 if nothing is to change
        return go * share;
    };
    const auto [beta1, beta2] = m_options.adamBetas;
    auto scale = given.scale;
    if (clipNorm > 0)
        scale = scale * (clipNorm / (given.norm + kClipEpsilon)).clamp_max(1);
    const auto g =
        at::where(given.go, gradients * scale.to(at::kFloat), at::zeros({1}, gradients.options()));
    const auto new1 = shareOf(1 - beta1);
    const auto new2 = shareOf(1 - beta2);
    expAvg.mul_(1 - new1).addcmul_(g, new1);
    expAvgSq.mul_(1 - new2).addcmul_(g.square(), new2);
    if (m_options.weightDecay != 0)
        parameters.mul_(1 - shareOf(m_options.weightDecay * lr));
    parameters.addcmul_(expAvg / expAvgSq.sqrt().add_(m_options.adamEps), shareOf(stepSize(lr)),
                        -1);
}

} // namespace phono
