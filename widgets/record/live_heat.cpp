#include "widgets/record/live_heat.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr double kAdjustSeconds = 0.5;
constexpr double kSettlingSeconds = 2; ///< as long, limits follow at once
constexpr double kTolerance = 0.06; ///< of the range, that limits may be off
constexpr double kPace = 0.35; ///< of the way to where they should be
constexpr std::size_t kSampled = 4096;

} // namespace

void LiveHeat::clear()
{
    m_channels = 0;
    m_frames = 0;
    m_columns = 0;
    m_adjusted = -1;
    m_values.clear();
    m_known.clear();
}

std::size_t LiveHeat::slotOf(std::int64_t frame) const
{
    return static_cast<std::size_t>(frame % m_capacity);
}

void LiveHeat::append(const LiveBlock::Rows& rows)
{
    if (rows.channels < 1 || !(rows.hopSeconds > 0))
        return;
    if (rows.channels != m_channels || rows.hopSeconds != m_hop) {
        clear();
        m_channels = rows.channels;
        m_hop = rows.hopSeconds;
        m_start = rows.centreSeconds - m_hop / 2;
        m_capacity = static_cast<std::int64_t>(std::ceil(m_seconds / m_hop)) + 2;
        m_values.resize(static_cast<std::size_t>(m_capacity * m_channels));
        m_known.resize(static_cast<std::size_t>(m_capacity));
    }
    const std::int64_t skipped = std::llround(std::max(0.0, rows.skippedSeconds) / m_hop);
    m_frames += std::max<std::int64_t>(0, skipped - m_capacity);
    for (std::int64_t i = 0; i < std::min(skipped, m_capacity); ++i)
        addFrame(nullptr);
    const auto channels = static_cast<std::size_t>(m_channels);
    for (std::size_t at = 0; at + channels <= rows.values.size(); at += channels)
        addFrame(rows.values.data() + at);
    if (adjustLimits())
        paintAll();
    else
        paintNew();
}

void LiveHeat::addFrame(const float* values)
{
    const std::size_t slot = slotOf(m_frames++);
    m_known[slot] = values ? 1 : 0;
    if (values)
        std::copy_n(values, m_channels,
                    m_values.begin() + static_cast<std::ptrdiff_t>(slot) * m_channels);
}

void LiveHeat::setColors(const ColorTable& colors, const QColor& background)
{
    if (m_colors == &colors && m_background == background.rgb())
        return;
    m_colors = &colors;
    m_background = background.rgb();
    paintAll();
}

void LiveHeat::setSize(const QSize& size)
{
    if (size == m_image.size())
        return;
    m_image = size.isEmpty() ? QImage() : QImage(size, QImage::Format_RGB32);
    m_block.resize(static_cast<std::size_t>(m_image.height()) * kBlock);
    paintAll();
}

bool LiveHeat::adjustLimits()
{
    const auto step = static_cast<std::int64_t>(std::ceil(kAdjustSeconds / m_hop));
    if (m_frames == 0 || (m_adjusted >= 0 && m_frames < m_adjusted + step))
        return false;
    const std::int64_t kept = std::min(m_frames, m_capacity);
    const auto channels = static_cast<std::size_t>(m_channels);
    const std::size_t all = static_cast<std::size_t>(kept) * channels;
    // By the golden ratio, which meets all channels and times alike.
    const auto stride = static_cast<std::size_t>(double(all) * 0.6180339887) | 1;
    std::vector<float> sampled;
    sampled.reserve(kSampled);
    for (std::size_t i = 0, at = 0; i < std::min(all, kSampled); ++i, at = (at + stride) % all) {
        const std::size_t slot = slotOf(m_frames - kept + static_cast<std::int64_t>(at / channels));
        const float value = m_values[slot * channels + at % channels];
        if (m_known[slot] && std::isfinite(value))
            sampled.push_back(value);
    }
    if (sampled.empty())
        return false;
    const auto point = [&sampled](double part) {
        const auto place = static_cast<std::ptrdiff_t>(part * double(sampled.size() - 1));
        std::nth_element(sampled.begin(), sampled.begin() + place, sampled.end());
        return double(sampled[static_cast<std::size_t>(place)]);
    };
    const double low = point(0.01);
    double high = std::max(point(0.99), low + m_leastRange);
    if (!(high > low))
        high = low + 1;
    const bool settling = double(m_frames) * m_hop <= kSettlingSeconds;
    const bool first = m_adjusted < 0;
    m_adjusted = m_frames;
    const double off = std::max(std::abs(low - m_low), std::abs(high - m_high));
    if (!first && off <= kTolerance * (m_high - m_low))
        return false;
    const double pace = first || settling ? 1 : kPace;
    m_low += pace * (low - m_low);
    m_high += pace * (high - m_high);
    return true;
}

LiveHeat::Span LiveHeat::framesOf(std::int64_t column) const
{
    const double step = m_seconds / m_image.width();
    const double begin = (double(column) * step - m_start) / m_hop;
    const double end = (double(column + 1) * step - m_start) / m_hop;
    if (end - begin >= 1)
        return {std::int64_t(std::floor(begin)), std::int64_t(std::floor(end))};
    const auto only = std::int64_t(std::floor((begin + end) / 2));
    return {only, only + 1};
}

void LiveHeat::paintAll()
{
    if (m_image.isNull() || m_frames == 0) {
        m_columns = 0;
        return;
    }
    const double step = m_seconds / m_image.width();
    const double firstTime =
        m_start + double(std::max<std::int64_t>(0, m_frames - m_capacity)) * m_hop;
    m_columns = std::max<std::int64_t>(0, std::int64_t(std::floor(firstTime / step)));
    paintNew();
}

void LiveHeat::paintNew()
{
    if (m_image.isNull() || m_frames == 0)
        return;
    const std::int64_t before = m_columns;
    std::int64_t end = before;
    while (framesOf(end).last <= m_frames)
        ++end;
    // After a gap: what has scrolled out is not worth painting.
    std::int64_t column = std::max(before, end - m_image.width());
    while (column < end) {
        const auto toWrap = std::int64_t(m_image.width()) - column % m_image.width();
        const auto count = std::min({end - column, toWrap, std::int64_t(kBlock)});
        paintColumns(column, int(count));
        column += count;
    }
    m_columns = end;
}

bool LiveHeat::mergeFrames(Span span)
{
    span.first = std::max({span.first, std::int64_t(0), m_frames - m_capacity});
    const auto channels = static_cast<std::size_t>(m_channels);
    m_merged.resize(channels);
    bool known = false;
    for (std::int64_t frame = span.first; frame < span.last; ++frame) {
        const std::size_t slot = slotOf(frame);
        if (!m_known[slot])
            continue;
        const float* values = m_values.data() + slot * channels;
        if (!known)
            std::copy_n(values, channels, m_merged.begin());
        for (std::size_t i = 0; known && i < channels; ++i)
            m_merged[i] = m_merged[i] < values[i] ? values[i] : m_merged[i];
        known = true;
    }
    return known;
}

void LiveHeat::placeColours(int at, bool known)
{
    const int height = m_image.height();
    const float low = float(m_low);
    const float scale = float(256 / (m_high - m_low));
    for (int row = 0; row < height; ++row) {
        QRgb& out = m_block[std::size_t(height - 1 - row) * kBlock + std::size_t(at)];
        if (!known) {
            out = m_background;
            continue;
        }
        const int first = std::int64_t(row) * m_channels / height;
        const int last = std::max(first + 1, int(std::int64_t(row + 1) * m_channels / height));
        float largest = m_merged[static_cast<std::size_t>(first)];
        for (int i = first + 1; i < last; ++i)
            largest = std::max(largest, m_merged[static_cast<std::size_t>(i)]);
        const float place = (largest - low) * scale;
        // NaN compares false and so becomes the lowest colour.
        const int index = place > 0 ? (place < 255 ? int(place) : 255) : 0;
        out = (*m_colors)[static_cast<std::size_t>(index)];
    }
}

void LiveHeat::paintColumns(std::int64_t first, int count)
{
    for (int i = 0; i < count; ++i)
        placeColours(i, mergeFrames(framesOf(first + i)));
    const auto x = static_cast<std::size_t>(first % m_image.width());
    for (int y = 0; y < m_image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(y)) + x;
        std::copy_n(m_block.begin() + std::ptrdiff_t(y) * kBlock, count, line);
    }
}

void LiveHeat::paint(QPainter& painter, const QPoint& topLeft, std::int64_t newest) const
{
    if (m_image.isNull() || m_columns == 0)
        return;
    const std::int64_t width = m_image.width();
    const std::int64_t left = newest - width + 1; // the column at the left edge
    std::int64_t column = std::max({left, m_columns - width, std::int64_t(0)});
    const std::int64_t end = std::min(m_columns, newest + 1);
    while (column < end) {
        const std::int64_t slot = column % width;
        const std::int64_t count = std::min(end - column, width - slot);
        painter.drawImage(topLeft + QPoint(int(column - left), 0), m_image,
                          QRect(int(slot), 0, int(count), m_image.height()));
        column += count;
    }
}

} // namespace phono
