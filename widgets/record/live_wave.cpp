#include "widgets/record/live_wave.h"

#include "core/base/sample_source.h"
#include "core/record/level_watch.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace phono {
namespace {

constexpr double kSmallestReach = 1.0 / 64;

} // namespace

LiveWave::LiveWave(double seconds)
    : m_seconds(seconds)
    , m_ring(static_cast<std::size_t>(std::ceil(seconds * kModelRate)))
{
}

void LiveWave::clear()
{
    m_samples = 0;
    m_begun = 0;
    m_reach = 1;
    std::ranges::fill(m_columns, Extent{});
}

double LiveWave::samplesPerColumn() const
{
    return m_seconds * kModelRate / double(m_columns.size());
}

std::int64_t LiveWave::newest() const
{
    return m_begun - 1;
}

void LiveWave::add(std::int64_t at, float sample)
{
    const auto size = static_cast<std::int64_t>(m_columns.size());
    const auto column = static_cast<std::int64_t>(double(at) / samplesPerColumn());
    // Those that are jumped over are empty.
    m_begun = std::max(m_begun, column - size);
    for (; m_begun <= column; ++m_begun)
        m_columns[static_cast<std::size_t>(m_begun % size)] = {};
    Extent& extent = m_columns[static_cast<std::size_t>(column % size)];
    if (!std::isfinite(sample))
        return;
    if (extent.low > extent.high)
        extent = {sample, sample};
    extent.low = std::min(extent.low, sample);
    extent.high = std::max(extent.high, sample);
}

void LiveWave::append(std::span<const float> samples, std::int64_t skipped)
{
    const auto size = static_cast<std::int64_t>(m_ring.size());
    const auto put = [&](float sample) {
        m_ring[static_cast<std::size_t>(m_samples % size)] = sample;
        if (!m_columns.empty())
            add(m_samples, sample);
        ++m_samples;
    };
    m_samples += std::max<std::int64_t>(0, skipped - size);
    for (std::int64_t i = 0; i < std::min(skipped, size); ++i)
        put(std::numeric_limits<float>::quiet_NaN());
    for (const float sample : samples)
        put(sample);
    adjustReach();
}

void LiveWave::setWidth(int width)
{
    if (static_cast<std::size_t>(width) == m_columns.size())
        return;
    m_columns.assign(static_cast<std::size_t>(width), {});
    m_begun = 0;
    const auto size = static_cast<std::int64_t>(m_ring.size());
    if (width < 1)
        return;
    for (std::int64_t at = std::max<std::int64_t>(0, m_samples - size); at < m_samples; ++at)
        add(at, m_ring[static_cast<std::size_t>(at % size)]);
}

void LiveWave::adjustReach()
{
    float largest = 0;
    for (const Extent& extent : m_columns) {
        if (extent.low <= extent.high)
            largest = std::max({largest, -extent.low, extent.high});
    }
    while (m_reach < 1 && largest > m_reach)
        m_reach *= 2;
    // Much smaller before it looks closer: the scale must not jump to and fro.
    while (m_reach > kSmallestReach && largest < m_reach * 0.4)
        m_reach /= 2;
}

void LiveWave::paint(QPainter& painter, const QRect& plot, const QColor& colour,
                     const QColor& clipped) const
{
    const auto size = static_cast<std::int64_t>(m_columns.size());
    if (size == 0 || m_begun == 0)
        return;
    const double middle = plot.top() + plot.height() / 2.0;
    const double perUnit = plot.height() / 2.0 / m_reach;
    for (std::int64_t column = std::max<std::int64_t>(0, m_begun - size); column < m_begun;
         ++column) {
        const Extent& extent = m_columns[static_cast<std::size_t>(column % size)];
        if (extent.low > extent.high)
            continue;
        const int top =
            std::max(plot.top(), int(std::floor(middle - double(extent.high) * perUnit)));
        const int bottom =
            std::min(plot.bottom() + 1, int(std::ceil(middle - double(extent.low) * perUnit)));
        const bool full = extent.high >= kFullScaleSample || extent.low <= -kFullScaleSample;
        painter.fillRect(plot.left() + int(size - (m_begun - column)), top, 1,
                         std::max(1, bottom - top), full ? clipped : colour);
    }
}

} // namespace phono
