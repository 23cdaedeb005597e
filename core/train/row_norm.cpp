#include "core/train/row_norm.h"

#include "core/model/group_norm.h"

#include <algorithm>
#include <cmath>

namespace phono {

void RowNorm::prepare(std::int64_t items, std::int64_t tiles, int channels, const float* weight,
                      const float* bias)
{
    m_channels = static_cast<std::size_t>(channels);
    m_width = rowWidth(channels);
    m_weight.assign(m_width, 0);
    m_bias.assign(m_width, 0);
    if (weight)
        std::copy_n(weight, m_channels, m_weight.begin());
    else
        std::fill_n(m_weight.begin(), m_channels, 1.0F);
    if (bias)
        std::copy_n(bias, m_channels, m_bias.begin());
    m_items.resize(static_cast<std::size_t>(items));
    m_tileMoments.resize(static_cast<std::size_t>(tiles));
    m_tileSums.resize(static_cast<std::size_t>(tiles) * 3 * m_width);
}

void RowNorm::mergeMoments(const std::vector<RowTile>& tiles)
{
    for (std::size_t i = 0; i < tiles.size();) {
        const auto item = tiles[i].item;
        Moments total;
        for (; i < tiles.size() && tiles[i].item == item; ++i)
            total.merge(m_tileMoments[i]);
        setMoments(item, total);
    }
}

void RowNorm::setMoments(std::int64_t index, const Moments& moments)
{
    auto& item = m_items[static_cast<std::size_t>(index)];
    item.mean = moments.mean;
    item.inverse = 1 / std::sqrt(moments.variance() + kNormEpsilon);
    item.scale.resize(m_width);
    item.shift.resize(m_width);
    for (std::size_t c = 0; c < m_width; ++c) {
        const double scale = static_cast<double>(m_weight[c]) * item.inverse;
        item.scale[c] = static_cast<float>(scale);
        item.shift[c] = static_cast<float>(static_cast<double>(m_bias[c]) - item.mean * scale);
    }
}

NormRow RowNorm::row(std::int64_t index) const
{
    const auto& item = m_items[static_cast<std::size_t>(index)];
    return {item.scale.data(), item.shift.data(), static_cast<float>(item.mean)};
}

NormSums RowNorm::tileSums(std::int64_t tile)
{
    float* sums = m_tileSums.data() + static_cast<std::size_t>(tile) * 3 * m_width;
    std::fill_n(sums, 3 * m_width, 0.0F);
    return {sums, sums + m_width, sums + 2 * m_width};
}

void RowNorm::mergeSums(const std::vector<RowTile>& tiles, std::int64_t rows,
                        const ParameterGradients& gradients)
{
    for (std::size_t item = 0; item < m_items.size(); ++item)
        mergeItem(static_cast<std::int64_t>(item), tiles, rows, gradients);
}

void RowNorm::mergeItem(std::int64_t index, const std::vector<RowTile>& tiles, std::int64_t rows,
                        const ParameterGradients& gradients)
{
    std::vector<double> sums(3 * m_width, 0.0);
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        if (tiles[i].item != index)
            continue;
        const float* tile = m_tileSums.data() + i * 3 * m_width;
        for (std::size_t c = 0; c < 3 * m_width; ++c)
            sums[c] += static_cast<double>(tile[c]);
    }
    auto& item = m_items[static_cast<std::size_t>(index)];
    const double* gradient = sums.data();
    double* product = sums.data() + m_width;
    double* deviation = product + m_width;
    // The rows were compared with the mean as a float.
    const double correction = static_cast<double>(static_cast<float>(item.mean)) - item.mean;
    double gradientMean = 0;
    double productMean = 0;
    for (std::size_t c = 0; c < m_channels; ++c) {
        product[c] += correction * gradient[c];
        deviation[c] += correction * static_cast<double>(rows);
        gradientMean += static_cast<double>(m_weight[c]) * gradient[c];
        productMean += static_cast<double>(m_weight[c]) * product[c];
    }
    const double count = static_cast<double>(rows) * static_cast<double>(m_channels);
    const double r = item.inverse;
    gradientMean /= count;
    productMean *= r / count;

    // dx = r (w g - mean(w g) - x^ mean(w g x^)) with x^ = r (x - mean).
    item.gradientFactor.assign(m_width, 0);
    item.xFactor.assign(m_width, 0);
    item.constant.assign(m_width, 0);
    for (std::size_t c = 0; c < m_channels; ++c) {
        const double factor = r * static_cast<double>(m_weight[c]);
        item.gradientFactor[c] = static_cast<float>(factor);
        item.xFactor[c] = static_cast<float>(-r * r * productMean);
        item.constant[c] = static_cast<float>(r * r * productMean * item.mean - r * gradientMean);
        if (gradients.weight)
            gradients.weight[c] += static_cast<float>(r * product[c]);
        if (gradients.bias)
            gradients.bias[c] += static_cast<float>(gradient[c]);
        if (gradients.convBias)
            gradients.convBias[c] +=
                static_cast<float>(factor * gradient[c] - r * r * productMean * deviation[c]
                                   - r * gradientMean * static_cast<double>(rows));
    }
}

NormGradient RowNorm::gradient(std::int64_t index) const
{
    const auto& item = m_items[static_cast<std::size_t>(index)];
    return {item.gradientFactor.data(), item.xFactor.data(), item.constant.data()};
}

} // namespace phono
