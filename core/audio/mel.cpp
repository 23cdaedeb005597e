#include "core/audio/mel.h"

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

double melFromHz(double hz)
{
    return 2595 * std::log10(1 + hz / 700);
}

double hzFromMel(double mel)
{
    return 700 * (std::pow(10, mel / 2595) - 1);
}

/// Band i is a triangle over edges i, i + 1 (its centre) and i + 2.
std::vector<double> edges(int bands, double rate)
{
    std::vector<double> hz(static_cast<std::size_t>(bands) + 2);
    const double top = melFromHz(rate / 2);
    for (std::size_t i = 0; i < hz.size(); ++i)
        hz[i] = hzFromMel(top * static_cast<double>(i) / (bands + 1));
    return hz;
}

/// Integral of the line through (zero, 0) and (one, 1) over [low, high] where that lies between
/// them.
double slopeArea(double zero, double one, double low, double high)
{
    const double begin = std::max(low, std::min(zero, one));
    const double end = std::min(high, std::max(zero, one));
    return begin < end ? (end - begin) * ((begin + end) / 2 - zero) / (one - zero) : 0;
}

} // namespace

MelBands::MelBands(int bands, int bins, double rate)
{
    const auto edge = edges(bands, rate);
    const double width = rate / 2 / (bins - 1); // Hz between bins
    for (std::size_t i = 0; i + 2 < edge.size(); ++i) {
        const auto first = static_cast<int>(std::max(std::floor(edge[i] / width - 0.5), 0.0));
        const auto last =
            static_cast<int>(std::min(std::ceil(edge[i + 2] / width + 0.5), bins - 1.0));
        Band band{static_cast<std::size_t>(first), {}};
        for (int bin = first; bin <= last; ++bin) {
            const double low = (bin - 0.5) * width;
            const double high = (bin + 0.5) * width;
            const double area = slopeArea(edge[i], edge[i + 1], low, high)
                + slopeArea(edge[i + 2], edge[i + 1], low, high);
            band.weights.push_back(static_cast<float>(area / width));
        }
        m_bands.push_back(std::move(band));
    }
}

void MelBands::apply(std::span<const float> power, std::span<float> bands) const
{
    for (std::size_t i = 0; i < m_bands.size(); ++i) {
        const auto& [first, weights] = m_bands[i];
        float sum = 0;
        for (std::size_t k = 0; k < weights.size(); ++k)
            sum += weights[k] * power[first + k];
        bands[i] = sum;
    }
}

std::vector<double> MelBands::centres(int bands, double rate)
{
    const auto all = edges(bands, rate);
    return {all.begin() + 1, all.end() - 1};
}

} // namespace phono
