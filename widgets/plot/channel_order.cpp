#include "widgets/plot/channel_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace phono {

namespace {

std::vector<int> indices(int count)
{
    std::vector<int> order(std::size_t(std::max(0, count)));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

/// Each channel to mean 0 and length 1; a constant one to zeros. False in `moving` for those.
std::vector<float> standardised(std::span<const float> rows, std::size_t channels,
                                std::vector<bool>& moving)
{
    const std::size_t frames = rows.size() / channels;
    std::vector<double> sum(channels), squares(channels);
    for (std::size_t t = 0; t < frames; ++t) {
        for (std::size_t c = 0; c < channels; ++c) {
            const double v = rows[t * channels + c];
            sum[c] += v;
            squares[c] += v * v;
        }
    }
    std::vector<float> mean(channels), scale(channels);
    moving.assign(channels, false);
    for (std::size_t c = 0; c < channels; ++c) {
        const double m = sum[c] / double(frames);
        const double energy = squares[c] - m * sum[c];
        moving[c] = std::isfinite(energy) && energy > 1e-9 * squares[c];
        mean[c] = float(m);
        scale[c] = moving[c] ? float(1 / std::sqrt(energy)) : 0;
    }
    std::vector<float> result(rows.begin(), rows.begin() + std::ptrdiff_t(frames * channels));
    for (std::size_t t = 0; t < frames; ++t) {
        for (std::size_t c = 0; c < channels; ++c) {
            float& v = result[t * channels + c];
            v = moving[c] ? (v - mean[c]) * scale[c] : 0;
        }
    }
    return result;
}

/// Positive correlations, [channels, channels], zero on the diagonal.
std::vector<float> affinities(const std::vector<float>& unit, std::size_t channels,
                              const std::stop_token& stop)
{
    std::vector<float> matrix(channels * channels);
    for (std::size_t t = 0; (t + 1) * channels <= unit.size(); ++t) {
        if (stop.stop_requested())
            return {};
        const float* row = unit.data() + t * channels;
        for (std::size_t a = 0; a < channels; ++a) {
            const float factor = row[a];
            if (factor == 0)
                continue;
            float* out = matrix.data() + a * channels;
            for (std::size_t b = 0; b < channels; ++b)
                out[b] += factor * row[b];
        }
    }
    for (std::size_t a = 0; a < channels; ++a) {
        for (std::size_t b = 0; b < channels; ++b) {
            float& value = matrix[a * channels + b];
            // A trace of affinity for all keeps the graph connected.
            value = a == b ? 0.0f : std::max(value, 0.0f) + 1e-4f;
        }
    }
    return matrix;
}

void removeComponent(std::vector<double>& vector, const std::vector<double>& unit)
{
    const double part = std::inner_product(vector.begin(), vector.end(), unit.begin(), 0.0);
    for (std::size_t i = 0; i < vector.size(); ++i)
        vector[i] -= part * unit[i];
}

void normalise(std::vector<double>& vector)
{
    const double length =
        std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
    for (double& v : vector)
        v /= length > 0 ? length : 1;
}

/// The second eigenvector of the normalised affinity matrix by power iteration, divided by the root
/// of the degrees: the Fiedler vector of the normalised Laplacian.
std::vector<double> fiedlerVector(const std::vector<float>& affinity, std::size_t channels,
                                  const std::stop_token& stop)
{
    std::vector<double> root(channels);
    for (std::size_t a = 0; a < channels; ++a)
        root[a] = std::sqrt(std::accumulate(affinity.begin() + std::ptrdiff_t(a * channels),
                                            affinity.begin() + std::ptrdiff_t((a + 1) * channels),
                                            1e-12));
    std::vector<double> first = root;
    normalise(first);
    std::vector<double> vector(channels), scaled(channels), next(channels);
    for (std::size_t a = 0; a < channels; ++a)
        vector[a] = std::cos(3.0 * double(a) + 1.0);
    constexpr int kMostSteps = 600;
    for (int step = 0; step < kMostSteps && !stop.stop_requested(); ++step) {
        removeComponent(vector, first);
        normalise(vector);
        for (std::size_t a = 0; a < channels; ++a)
            scaled[a] = vector[a] / root[a];
        double change = 0;
        for (std::size_t a = 0; a < channels; ++a) {
            const float* row = affinity.data() + a * channels;
            double sum = 0;
            for (std::size_t b = 0; b < channels; ++b)
                sum += double(row[b]) * scaled[b];
            // Adding the vector itself makes every eigenvalue positive, so the second is next.
            next[a] = (sum / root[a] + vector[a]) / 2;
        }
        normalise(next);
        for (std::size_t a = 0; a < channels; ++a)
            change = std::max(change, std::abs(next[a] - vector[a]));
        std::swap(vector, next);
        if (change < 1e-7)
            break;
    }
    for (std::size_t a = 0; a < channels; ++a)
        vector[a] /= root[a];
    return vector;
}

} // namespace

std::vector<int> orderByVariance(std::span<const double> deviations)
{
    auto order = indices(int(deviations.size()));
    std::ranges::stable_sort(order, [&](int a, int b) {
        return deviations[std::size_t(a)] > deviations[std::size_t(b)];
    });
    return order;
}

std::vector<int> orderBySimilarity(std::span<const float> rows, int channels, std::stop_token stop)
{
    auto order = indices(channels);
    if (channels < 3 || rows.size() < 2 * std::size_t(channels))
        return order;
    const auto count = std::size_t(channels);
    std::vector<bool> moving;
    const auto affinity = affinities(standardised(rows, count, moving), count, stop);
    if (stop.stop_requested())
        return order;
    const auto place = fiedlerVector(affinity, count, stop);
    if (stop.stop_requested())
        return order;
    std::ranges::stable_sort(order, [&](int a, int b) {
        const auto i = std::size_t(a);
        const auto j = std::size_t(b);
        return moving[i] != moving[j] ? moving[i] : place[i] < place[j];
    });
    return order;
}

} // namespace phono
