#include "core/train/first_rows.h"

#include "core/model/group_norm.h"
#include "core/model/row_math.h"
#include "core/train/parallel.h"
#include "core/train/row_buffer.h"
#include "core/train/row_loops.h"

#include <algorithm>
#include <cmath>

namespace phono {

void FirstRows::prepare(const ConvLayer& layer, const Parameters& parameters, const float* audio,
                        std::int64_t items, std::int64_t samples, int threads)
{
    constexpr std::int64_t kBlock = 4096; // windows
    m_layer = layer;
    m_parameters = parameters;
    m_audio = audio;
    m_samples = samples;
    const auto channels = static_cast<std::size_t>(layer.dim);
    const auto taps = static_cast<std::size_t>(layer.kernel);
    m_width = rowWidth(layer.dim);
    const auto vector = [](const float* values, std::size_t size) {
        return values ? std::vector<float>(values, values + size) : std::vector<float>();
    };
    const FirstLayer first(vector(parameters.weight, channels * taps), layer.dim, layer.kernel,
                           layer.stride, vector(parameters.normWeight, channels),
                           vector(parameters.normBias, channels));
    m_rows = first.rows(samples);

    const auto blocks = (m_rows + kBlock - 1) / kBlock;
    std::vector<WindowSums> sums(static_cast<std::size_t>(items * blocks), WindowSums(taps));
    parallelFor(threads, items * blocks, [&](std::int64_t index, int) {
        const auto from = index % blocks * kBlock;
        sums[static_cast<std::size_t>(index)].add(audio + index / blocks * samples
                                                      + from * layer.stride,
                                                  std::min(kBlock, m_rows - from), layer.stride);
    });
    m_items.resize(static_cast<std::size_t>(items));
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        auto& item = m_items[i];
        item.windows = WindowSums(taps);
        for (std::int64_t block = 0; block < blocks; ++block)
            item.windows.add(
                sums[i * static_cast<std::size_t>(blocks) + static_cast<std::size_t>(block)]);
        const auto moments = first.moments(item.windows, m_rows);
        item.mean = moments.mean;
        item.inverse = 1 / std::sqrt(moments.variance() + kNormEpsilon);
        const auto folded = first.fold(moments);
        item.weights.assign(taps * m_width, 0);
        item.bias.assign(m_width, 0);
        for (std::size_t j = 0; j < taps; ++j)
            std::copy_n(folded.weights.data() + j * channels, channels,
                        item.weights.data() + j * m_width);
        std::ranges::copy(folded.bias, item.bias.begin());
    }
}

void FirstRows::compute(std::int64_t item, std::int64_t first, std::int64_t count, float* out,
                        std::size_t pitch) const
{
    const auto& from = m_items[static_cast<std::size_t>(item)];
    const float* samples = m_audio + item * m_samples + first * m_layer.stride;
    for (std::int64_t r = 0; r < count; ++r, samples += m_layer.stride, out += pitch) {
        convolveSamples(samples, static_cast<std::size_t>(m_layer.kernel), from.weights.data(),
                        from.bias.data(), out, m_width);
        activate(Activation::Relu, out, m_width);
    }
}

void FirstRows::beginGradient(std::int64_t parts)
{
    m_parts.resize(static_cast<std::size_t>(parts) * partSize());
    std::ranges::fill(m_parts, 0.0F);
}

void FirstRows::addGradient(std::int64_t part, std::int64_t item, std::int64_t first,
                            std::int64_t count, const float* gradient, std::size_t gradientPitch,
                            const float* active, std::size_t activePitch)
{
    WindowProducts products;
    products.samples = m_audio + item * m_samples + first * m_layer.stride;
    products.stride = m_layer.stride;
    products.taps = m_layer.kernel;
    products.gradient = gradient;
    products.gradientPitch = gradientPitch;
    products.active = active;
    products.activePitch = activePitch;
    products.rows = static_cast<int>(count);
    products.n = m_width;
    addWindowProducts(products, m_parts.data() + static_cast<std::size_t>(part) * partSize());
}

void FirstRows::finishGradient(const std::vector<std::int64_t>& itemOf,
                               const Gradients& gradients) const
{
    std::vector<double> sums(partSize());
    for (std::size_t item = 0; item < m_items.size(); ++item) {
        std::ranges::fill(sums, 0.0);
        for (std::size_t part = 0; part < itemOf.size(); ++part) {
            if (itemOf[part] != static_cast<std::int64_t>(item))
                continue;
            const float* values = m_parts.data() + part * partSize();
            for (std::size_t i = 0; i < sums.size(); ++i)
                sums[i] += static_cast<double>(values[i]);
        }
        finishItem(m_items[item], sums, gradients);
    }
}

void FirstRows::finishItem(const Item& item, const std::vector<double>& sums,
                           const Gradients& gradients) const
{
    const auto channels = static_cast<std::size_t>(m_layer.dim);
    const auto taps = static_cast<std::size_t>(m_layer.kernel);
    const auto weight = [&](std::size_t c, std::size_t j) {
        return static_cast<double>(m_parameters.weight[c * taps + j]);
    };
    const auto normWeight = [&](std::size_t c) {
        return m_parameters.normWeight ? static_cast<double>(m_parameters.normWeight[c]) : 1.0;
    };
    const double r = item.inverse;
    const double* gradientSum = sums.data() + taps * m_width;
    // With x^ the normalised output: sums over frames of gradient * x^.
    std::vector<double> product(channels);
    double gradientMean = 0;
    double productMean = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = -item.mean * gradientSum[c];
        for (std::size_t j = 0; j < taps; ++j)
            sum += weight(c, j) * sums[j * m_width + c];
        product[c] = r * sum;
        gradientMean += normWeight(c) * gradientSum[c];
        productMean += normWeight(c) * product[c];
        if (gradients.normWeight) {
            gradients.normWeight[c] += static_cast<float>(product[c]);
            gradients.normBias[c] += static_cast<float>(gradientSum[c]);
        }
    }
    const double count = static_cast<double>(m_rows) * static_cast<double>(channels);
    gradientMean /= count;
    productMean /= count;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t j = 0; j < taps; ++j) {
            double normalized = -item.mean * item.windows.sum[j]; // sum of sample * x^, over r
            for (std::size_t i = 0; i < taps; ++i)
                normalized +=
                    item.windows.products[std::min(i, j) * taps + std::max(i, j)] * weight(c, i);
            gradients.weight[c * taps + j] += static_cast<float>(
                r
                * (normWeight(c) * sums[j * m_width + c] - gradientMean * item.windows.sum[j]
                   - productMean * r * normalized));
        }
}

} // namespace phono
