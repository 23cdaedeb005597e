#include "core/model/planned_kernel.h"

#include "core/model/row_math.h"

#include <algorithm>
#include <array>
#include <utility>

namespace phono {
namespace {

constexpr std::size_t kMoreRows = 16; // that a product may compute beyond those asked for

/// The sum of strides of taps, each weighted by its term: a convolution of `taps` taps.
std::vector<float> sumOfTaps(const ConvWeights& weights, const std::vector<TapTerm>& terms,
                             int firstTap, int taps)
{
    std::vector<float> sum;
    sum.reserve(static_cast<std::size_t>(weights.outChannels * weights.inChannels * taps));
    for (int row = 0; row < weights.outChannels * weights.inChannels; ++row) {
        const float* from = weights.weight + static_cast<std::ptrdiff_t>(row) * weights.taps;
        for (int tap = firstTap; tap < firstTap + taps; ++tap) {
            double value = 0;
            for (const auto& term : terms)
                value += term.factor * from[tap + term.at * weights.stride];
            sum.push_back(static_cast<float>(value));
        }
    }
    return sum;
}

} // namespace

PlannedKernel::PlannedKernel(const ConvWeights& weights, std::size_t inPitch, std::size_t outPitch,
                             const MakeProduct& make)
    : m_inChannels(weights.inChannels)
    , m_taps(weights.taps)
    , m_stride(weights.stride)
    , m_inPitch(inPitch)
    , m_outPitch(outPitch)
    , m_bias(outPitch)
{
    std::fill_n(m_bias.data(), outPitch, 0.0F);
    std::ranges::copy(weights.bias, m_bias.data());
    const int strides = m_taps / m_stride;
    if (strides > 0) {
        const auto plan = planTaps(strides);
        m_groupRows = plan.rows;
        addSteps(weights, plan, 0, m_stride, make);
    }
    if (const int rest = m_taps % m_stride; rest > 0) {
        TapPlan plan;
        for (int row = 0; row < m_groupRows; ++row)
            plan.products.push_back({{{row + strides}}, {{0}}, {{row}}});
        addSteps(weights, plan, strides * m_stride, rest, make);
    }
}

void PlannedKernel::addSteps(const ConvWeights& weights, const TapPlan& plan, int firstTap,
                             int taps, const MakeProduct& make)
{
    const auto firstStep = m_steps.size();
    std::vector<std::vector<TapTerm>> made;
    for (const auto& product : plan.products) {
        const auto same = std::ranges::find(made, product.taps);
        if (same != made.end()) {
            const auto& step = m_steps[firstStep + static_cast<std::size_t>(same - made.begin())];
            m_steps.push_back({product.inputs, product.outputs, taps, step.product});
        } else {
            const auto sum = sumOfTaps(weights, product.taps, firstTap, taps);
            m_products.push_back(make({weights.outChannels, m_inChannels, taps, 1, sum.data(), {}},
                                      static_cast<int>(groups())));
            m_steps.push_back({product.inputs, product.outputs, taps, m_products.back().get()});
        }
        made.push_back(product.taps);
    }
}

std::size_t PlannedKernel::ownRows() const
{
    return (kTileRows + kMoreRows) * static_cast<std::size_t>(m_stride)
        + static_cast<std::size_t>(m_taps);
}

std::size_t PlannedKernel::summedFloats() const
{
    return (groups() + kMoreRows) * static_cast<std::size_t>(m_stride) * m_inPitch;
}

std::size_t PlannedKernel::inputRows() const
{
    const auto productFloats = (groups() + kMoreRows) * m_outPitch;
    return ownRows() + (summedFloats() + productFloats + m_inPitch - 1) / m_inPitch;
}

void PlannedKernel::pack(const float* row, void* rows, std::size_t index) const
{
    std::copy_n(row, m_inChannels, static_cast<float*>(rows) + index * m_inPitch);
}

void PlannedKernel::run(void* rows, int count, float* out) const
{
    auto* const in = static_cast<float*>(rows);
    auto* const products = in + ownRows() * m_inPitch + summedFloats();
    const auto group = static_cast<std::size_t>(m_groupRows);
    const auto used = (static_cast<std::size_t>(count) + group - 1) / group;
    clearAfter(in, static_cast<std::size_t>(count), used * group);
    for (std::size_t r = 0; r < used * group; ++r)
        std::copy_n(m_bias.data(), m_outPitch, out + r * m_outPitch);
    for (const auto& step : m_steps) {
        const auto row = [&](std::size_t r, const TapTerm& term) {
            return out + (r * group + static_cast<std::size_t>(term.at)) * m_outPitch;
        };
        if (step.outputs.size() == 1) {
            multiply(step, in, used, row(0, step.outputs[0]), group * m_outPitch, true);
            continue;
        }
        multiply(step, in, used, products, m_outPitch, false);
        for (std::size_t r = 0; r < used; ++r)
            for (const auto& term : step.outputs)
                addRow(row(r, term), {products + r * m_outPitch, static_cast<float>(term.factor)},
                       m_outPitch);
    }
}

void PlannedKernel::clearAfter(float* in, std::size_t count, std::size_t rounded) const
{
    const auto stride = static_cast<std::size_t>(m_stride);
    const auto end = (count - 1) * stride + static_cast<std::size_t>(m_taps);
    std::fill_n(in + end * m_inPitch, (rounded - count) * stride * m_inPitch, 0.0F);
}

void PlannedKernel::multiply(const Step& step, float* in, std::size_t used, float* out,
                             std::size_t outPitch, bool add) const
{
    const auto stride = static_cast<std::size_t>(m_stride) * m_inPitch;
    const auto& terms = step.inputs;
    if (terms.size() == 1) {
        step.product->run(in + static_cast<std::size_t>(terms[0].at) * stride,
                          m_groupRows * m_stride, static_cast<int>(used), out, outPitch, add);
        return;
    }
    float* const summed = in + ownRows() * m_inPitch;
    const auto n = static_cast<std::size_t>(step.taps) * m_inPitch;
    for (std::size_t r = 0; r < used; ++r) {
        const float* group = in + r * static_cast<std::size_t>(m_groupRows) * stride;
        std::array<ScaledRow, kMostInputs> rows;
        rows.fill({group + static_cast<std::size_t>(terms[0].at) * stride, 0});
        std::ranges::transform(terms, rows.begin(), [&](const TapTerm& term) {
            return ScaledRow{group + static_cast<std::size_t>(term.at) * stride,
                             static_cast<float>(term.factor)};
        });
        sumRows(rows, summed + r * n, n);
    }
    step.product->run(summed, step.taps, static_cast<int>(used), out, outPitch, add);
}

} // namespace phono
