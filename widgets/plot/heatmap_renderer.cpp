#include "widgets/plot/heatmap_renderer.h"

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

/// Columns painted together: 16 pixels are one cache line of the image.
constexpr int kBlock = 16;

struct FrameSpan {
    std::int64_t first = 0, last = 0;
    bool empty() const { return first >= last; }
};

/// The frames of a column; a single one when frames are wider than columns.
FrameSpan framesIn(const FrameGeometry& geometry, double start, double step, std::int64_t frames)
{
    const double begin = geometry.position(start);
    const double end = geometry.position(start + step);
    FrameSpan span;
    if (end - begin < 1) {
        span.first = std::int64_t(std::floor((begin + end) / 2));
        span.last = span.first + 1;
    } else {
        span.first = std::int64_t(std::floor(begin));
        span.last = std::int64_t(std::floor(end));
    }
    return {std::max<std::int64_t>(0, span.first), std::min(frames, span.last)};
}

} // namespace

void HeatmapRenderer::setGeometry(const FrameGeometry& geometry)
{
    if (geometry == m_geometry)
        return;
    m_geometry = geometry;
    m_states.clear();
}

void HeatmapRenderer::setSummary(std::shared_ptr<const FeatureSummary> summary)
{
    if (summary == m_summary)
        return;
    const bool grown = summary && m_summary
        && summary->pyramid.aggregation() == m_summary->pyramid.aggregation()
        && summary->pyramid.values().data() == m_summary->pyramid.values().data()
        && summary->pyramid.channels() == m_summary->pyramid.channels()
        && summary->pyramid.frames() >= m_summary->pyramid.frames();
    const std::int64_t known = grown ? m_summary->pyramid.frames() : 0;
    if (!grown)
        m_states.clear();
    else if (summary->pyramid.frames() > known)
        forgetFrom(known);
    m_summary = std::move(summary);
}

void HeatmapRenderer::setLimits(double low, double high)
{
    m_low = low;
    m_high = high;
}

void HeatmapRenderer::forgetFrom(std::int64_t frame)
{
    const double perColumn = m_step / m_geometry.hopSeconds();
    // The last cell that was read may have been a partial one.
    const auto reach = double(m_summary->pyramid.cellFrames(perColumn));
    for (std::size_t x = 0; x < m_states.size(); ++x) {
        const double end = m_anchor + double(m_first + std::int64_t(x) + 1) * m_step;
        if (m_geometry.position(end) + reach >= double(frame))
            m_states[x] = Column::Unread;
    }
}

void HeatmapRenderer::shiftColumns(std::int64_t by)
{
    const auto count = std::int64_t(m_states.size());
    const auto channels = m_summary->pyramid.channels();
    m_first += by;
    if (std::abs(by) >= count) {
        std::ranges::fill(m_states, Column::Unread);
        return;
    }
    if (by > 0) {
        std::move(m_states.begin() + by, m_states.end(), m_states.begin());
        std::fill(m_states.end() - by, m_states.end(), Column::Unread);
        std::move(m_numbers.begin() + by * channels, m_numbers.end(), m_numbers.begin());
    } else if (by < 0) {
        std::move_backward(m_states.begin(), m_states.end() + by, m_states.end());
        std::fill(m_states.begin(), m_states.begin() - by, Column::Unread);
        std::move_backward(m_numbers.begin(), m_numbers.end() + by * channels, m_numbers.end());
    }
}

void HeatmapRenderer::updateColumns(const PlotArea& area)
{
    const int count = area.columns();
    const double step = area.time.length() / count;
    const bool sameScale = int(m_states.size()) == count && std::abs(step - m_step) <= 1e-9 * step;
    if (sameScale) {
        const double offset = (area.time.start - m_anchor) / m_step;
        shiftColumns(std::llround(offset) - m_first);
    } else {
        m_anchor = area.time.start;
        m_step = step;
        m_first = 0;
        m_states.assign(std::size_t(count), Column::Unread);
        m_numbers.resize(std::size_t(count) * std::size_t(m_summary->pyramid.channels()));
    }
    readColumns(0, count);
}

void HeatmapRenderer::readColumns(int first, int last)
{
    const auto& pyramid = m_summary->pyramid;
    const auto channels = std::size_t(pyramid.channels());
    const std::int64_t cell = pyramid.cellFrames(m_step / m_geometry.hopSeconds());
    FrameSpan previous;
    for (int x = first; x < last; ++x) {
        const double start = m_anchor + double(m_first + x) * m_step;
        const FrameSpan span = framesIn(m_geometry, start, m_step, pyramid.frames());
        auto& state = m_states[std::size_t(x)];
        if (state == Column::Unread) {
            state = span.empty() ? Column::Empty : Column::Read;
            float* out = m_numbers.data() + std::size_t(x) * channels;
            if (span.empty())
                continue;
            if (x > first && span.first == previous.first && span.last == previous.last)
                std::copy_n(out - channels, channels, out);
            else
                pyramid.aggregate(span.first, span.last, cell, 0, {out, channels});
            ++m_columnsRead;
        }
        previous = span;
    }
}

QImage HeatmapRenderer::render(const PlotArea& area)
{
    const int width = area.columns();
    const int height = area.rows();
    if (!m_summary || m_summary->pyramid.frames() == 0 || width < 1 || height < 1
        || !(area.time.length() > 0) || !(area.high > area.low))
        return {};
    updateColumns(area);

    std::vector<Rows> rows(static_cast<std::size_t>(height));
    const int channels = m_summary->pyramid.channels();
    const double perRow = (area.high - area.low) / height;
    for (int y = 0; y < height; ++y) {
        const double bottom = area.low + 0.5 + perRow * y;
        const double top = bottom + perRow;
        int first = 0, last = 0;
        if (perRow < 1) {
            first = int(std::floor((bottom + top) / 2));
            last = first + 1;
        } else {
            first = int(std::floor(bottom));
            last = int(std::floor(top));
        }
        rows[std::size_t(y)] = {std::max(0, first), std::min(channels, last)};
    }
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(area.devicePixelRatio);
    m_ranked.resize(std::size_t(channels) * kBlock);
    for (int x = 0; x < width; x += kBlock)
        paintBlock(image, x, std::min(kBlock, width - x), rows);
    return image;
}

void HeatmapRenderer::paintBlock(QImage& image, int firstColumn, int columns,
                                 const std::vector<Rows>& rows)
{
    const int channels = m_summary->pyramid.channels();
    const auto& order = m_summary->order;
    const bool mean = m_summary->pyramid.aggregation() == Aggregation::Mean;
    for (int i = 0; i < columns; ++i) {
        const float* numbers =
            m_numbers.data() + std::size_t(firstColumn + i) * std::size_t(channels);
        for (int rank = 0; rank < channels; ++rank)
            m_ranked[std::size_t(rank * kBlock + i)] = numbers[order[std::size_t(rank)]];
    }
    if (m_scores) {
        for (int rank = 0; rank < channels; ++rank) {
            const int channel = order[std::size_t(rank)];
            const auto center = float(m_summary->statistics.mean(channel));
            const double deviation = m_summary->statistics.deviation(channel);
            const float scale = deviation > 0 ? float(1 / deviation) : 0.0f;
            for (int i = 0; i < kBlock; ++i) {
                float& v = m_ranked[std::size_t(rank * kBlock + i)];
                v = (v - center) * scale;
            }
        }
    }

    const float low = float(m_low);
    const float scale = m_high > m_low ? float(256 / (m_high - m_low)) : 0.0f;
    float merged[kBlock];
    for (std::size_t y = 0; y < rows.size(); ++y) {
        auto* out =
            reinterpret_cast<QRgb*>(image.scanLine(image.height() - 1 - int(y))) + firstColumn;
        const Rows& range = rows[y];
        if (range.first >= range.last) {
            std::fill_n(out, columns, 0u);
            continue;
        }
        const float* row = m_ranked.data() + range.first * kBlock;
        std::copy_n(row, kBlock, merged);
        for (int r = range.first + 1; r < range.last; ++r) {
            row += kBlock;
            for (int i = 0; i < kBlock; ++i)
                merged[i] = mean ? merged[i] + row[i] : std::max(merged[i], row[i]);
        }
        const float share = mean ? 1.0f / float(range.last - range.first) : 1.0f;
        for (int i = 0; i < columns; ++i) {
            const float place = (merged[i] * share - low) * scale;
            // NaN compares false and so becomes the lowest colour.
            const int index = place > 0 ? (place < 255 ? int(place) : 255) : 0;
            const auto state = m_states[std::size_t(firstColumn + i)];
            out[i] = state == Column::Read ? (*m_colors)[std::size_t(index)] : 0u;
        }
    }
}

} // namespace phono
