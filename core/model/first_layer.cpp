#include "core/model/first_layer.h"

#include "core/model/row_math.h"
#include "core/model/tiles.h"

#include <algorithm>
#include <functional>

namespace phono {

void WindowSums::add(const float* samples, std::int64_t frames, int stride)
{
    const auto taps = sum.size();
    for (std::int64_t t = 0; t < frames; ++t, samples += stride) {
        for (std::size_t i = 0; i < taps; ++i) {
            const double x = samples[i];
            sum[i] += x;
            for (std::size_t j = i; j < taps; ++j)
                products[i * taps + j] += x * samples[j];
        }
    }
}

void WindowSums::add(const WindowSums& other)
{
    std::ranges::transform(sum, other.sum, sum.begin(), std::plus());
    std::ranges::transform(products, other.products, products.begin(), std::plus());
}

FirstLayer::FirstLayer(const std::vector<float>& weight, int channels, int taps, int stride,
                       std::vector<float> normWeight, std::vector<float> normBias)
    : m_channels(channels)
    , m_taps(taps)
    , m_stride(stride)
    , m_weights(weight.size())
    , m_normWeight(std::move(normWeight))
    , m_normBias(std::move(normBias))
{
    const auto n = static_cast<std::size_t>(channels);
    const auto k = static_cast<std::size_t>(taps);
    for (std::size_t c = 0; c < n; ++c)
        for (std::size_t j = 0; j < k; ++j)
            m_weights[j * n + c] = weight[c * k + j];
}

Result<WindowSums> FirstLayer::windows(const SampleSource& audio, int threads,
                                       const Progress& progress) const
{
    constexpr std::int64_t kBlock = 16384; // frames
    const auto frames = rows(audio.size());
    const auto taps = static_cast<std::size_t>(m_taps);
    std::vector<WindowSums> blocks(static_cast<std::size_t>((frames + kBlock - 1) / kBlock),
                                   WindowSums(taps));
    auto done = forBlocks(frames, kBlock, threads, progress, [&](const Block& block) {
        std::vector<float> samples(static_cast<std::size_t>((block.count - 1) * m_stride + m_taps));
        if (auto read = audio.read(block.first * m_stride, samples); !read)
            return read;
        blocks[static_cast<std::size_t>(block.index)].add(samples.data(), block.count, m_stride);
        return Result<void>();
    });
    if (!done)
        return done.error();

    WindowSums total(taps);
    for (const auto& block : blocks)
        total.add(block);
    return total;
}

Moments FirstLayer::moments(const WindowSums& windows, std::int64_t frames) const
{
    if (frames == 0)
        return {};
    const auto taps = static_cast<std::size_t>(m_taps);
    const auto n = static_cast<std::size_t>(m_channels);
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < taps; ++i) {
        double weightSum = 0;
        for (std::size_t c = 0; c < n; ++c)
            weightSum += m_weights[i * n + c];
        sum += weightSum * windows.sum[i];
        for (std::size_t j = i; j < taps; ++j) {
            double product = 0;
            for (std::size_t c = 0; c < n; ++c)
                product += static_cast<double>(m_weights[i * n + c]) * m_weights[j * n + c];
            squares += (i == j ? 1 : 2) * product * windows.products[i * taps + j];
        }
    }
    const double count = static_cast<double>(frames) * m_channels;
    // Rounding may leave a tiny negative number where the true variance is zero.
    return Moments{count, sum / count, std::max(0.0, squares - sum * sum / count)};
}

FoldedFirstLayer FirstLayer::fold(const Moments& moments) const
{
    const auto n = static_cast<std::size_t>(m_channels);
    const auto affine = ChannelAffine::fromMoments(moments, m_normWeight, m_normBias, n);
    FoldedFirstLayer folded{m_weights, affine.shift};
    for (std::size_t j = 0; j < static_cast<std::size_t>(m_taps); ++j)
        for (std::size_t c = 0; c < n; ++c)
            folded.weights[j * n + c] *= affine.scale[c];
    return folded;
}

} // namespace phono
