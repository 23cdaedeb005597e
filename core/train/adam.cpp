#include "core/train/adam.h"

#include "core/model/processor_clones.h"
#include "core/train/parallel.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace phono {
namespace {

constexpr std::int64_t kBlock = 1 << 16;

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

double AdamOptimizer::norm(const at::Tensor& gradients, double scale) const
{
    if (!gradients.device().is_cpu())
        return std::sqrt(gradients.square().sum(at::kDouble).item<double>()) * scale;
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
    return std::sqrt(total) * scale;
}

void AdamOptimizer::step(at::Tensor& parameters, const at::Tensor& gradients, double scale,
                         double gradientNorm, double clipNorm, double lr)
{
    ++steps;
    const auto [beta1, beta2] = m_options.adamBetas;
    const double clip = clipNorm > 0 ? std::min(1.0, clipNorm / (gradientNorm + 1e-6)) : 1.0;
    const auto power = static_cast<double>(steps);
    const double size = lr * std::sqrt(1 - std::pow(beta2, power)) / (1 - std::pow(beta1, power));
    const double decay = 1 - m_options.weightDecay * lr;
    if (!parameters.device().is_cpu()) {
        const auto g = gradients * (scale * clip);
        expAvg.mul_(beta1).add_(g, 1 - beta1);
        expAvgSq.mul_(beta2).addcmul_(g, g, 1 - beta2);
        if (m_options.weightDecay != 0)
            parameters.mul_(decay);
        parameters.addcdiv_(expAvg, expAvgSq.sqrt().add_(m_options.adamEps), -size);
        return;
    }
    const Coefficients by{static_cast<float>(scale * clip), static_cast<float>(beta1),
                          static_cast<float>(beta2),        static_cast<float>(1 - beta1),
                          static_cast<float>(1 - beta2),    static_cast<float>(size),
                          static_cast<float>(decay),        static_cast<float>(m_options.adamEps)};
    const auto count = parameters.numel();
    parallelFor(m_threads, (count + kBlock - 1) / kBlock, [&](std::int64_t block, int) {
        const auto first = block * kBlock;
        update(parameters.data_ptr<float>() + first, gradients.data_ptr<float>() + first,
               expAvg.data_ptr<float>() + first, expAvgSq.data_ptr<float>() + first,
               std::min(kBlock, count - first), by);
    });
}

} // namespace phono
