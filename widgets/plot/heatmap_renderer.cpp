#include "widgets/plot/heatmap_renderer.h"

#include <QtConcurrent>

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

/// The largest or the mean of `count` rows of a block.
void mergeRows(const float* row, int count, bool mean, float (&merged)[kBlock])
{
    std::copy_n(row, kBlock, merged);
    for (int r = 1; r < count; ++r) {
        row += kBlock;
        if (mean) {
            for (int i = 0; i < kBlock; ++i)
                merged[i] += row[i];
        } else {
            for (int i = 0; i < kBlock; ++i)
                merged[i] = merged[i] < row[i] ? row[i] : merged[i];
        }
    }
    if (mean) {
        for (float& value : merged)
            value /= float(count);
    }
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

void HeatmapRenderer::placeColumns(const PlotArea& area)
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
}

void HeatmapRenderer::readColumns(Strip& strip)
{
    const auto& pyramid = m_summary->pyramid;
    const auto channels = std::size_t(pyramid.channels());
    const std::int64_t cell = pyramid.cellFrames(m_step / m_geometry.hopSeconds());
    FrameSpan previous;
    for (int x = strip.first; x < strip.last; ++x) {
        const double start = m_anchor + double(m_first + x) * m_step;
        const FrameSpan span = framesIn(m_geometry, start, m_step, pyramid.frames());
        auto& state = m_states[std::size_t(x)];
        if (state == Column::Unread) {
            state = span.empty() ? Column::Empty : Column::Read;
            float* out = m_numbers.data() + std::size_t(x) * channels;
            ++strip.read;
            if (span.empty())
                continue;
            if (x > strip.first && span.first == previous.first && span.last == previous.last)
                std::copy_n(out - channels, channels, out);
            else
                pyramid.aggregate(span.first, span.last, cell, 0, {out, channels});
        }
        previous = span;
    }
}

std::vector<HeatmapRenderer::Rows> HeatmapRenderer::pixelRows(const PlotArea& area) const
{
    std::vector<Rows> rows(std::size_t(area.rows()));
    const double perRow = (area.high - area.low) / area.rows();
    for (std::size_t y = 0; y < rows.size(); ++y) {
        // Rank r spans r - 0.5 to r + 0.5.
        const double bottom = area.low + 0.5 + perRow * double(y);
        const double top = bottom + perRow;
        const double middle = (bottom + top) / 2;
        const int first = int(std::floor(perRow < 1 ? middle : bottom));
        const int last = perRow < 1 ? first + 1 : int(std::floor(top));
        rows[y] = {std::max(0, first), std::min(m_summary->pyramid.channels(), last)};
    }
    return rows;
}

QImage HeatmapRenderer::render(const PlotArea& area)
{
    const int width = area.columns();
    const int height = area.rows();
    if (!m_summary || m_summary->pyramid.frames() == 0 || width < 1 || height < 1
        || !(area.time.length() > 0) || !(area.high > area.low))
        return {};
    placeColumns(area);
    const auto rows = pixelRows(area);
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(area.devicePixelRatio);
    image.bits(); // detaches before the threads share it
    constexpr int kStrip = 8 * kBlock;
    std::vector<Strip> strips;
    for (int x = 0; x < width; x += kStrip)
        strips.push_back({x, std::min(width, x + kStrip), 0});
    // The calling thread takes part, so a busy pool delays nothing.
    QtConcurrent::blockingMap(strips, [&](Strip& strip) {
        readColumns(strip);
        paintColumns(strip, rows, image);
    });
    for (const Strip& strip : strips)
        m_columnsRead += strip.read;
    return image;
}

void HeatmapRenderer::rankColumns(int first, int columns, std::vector<float>& ranked) const
{
    const auto channels = std::size_t(m_summary->pyramid.channels());
    const auto& order = m_summary->order;
    for (int i = 0; i < columns; ++i) {
        const float* numbers = m_numbers.data() + std::size_t(first + i) * channels;
        for (std::size_t rank = 0; rank < channels; ++rank)
            ranked[rank * kBlock + std::size_t(i)] = numbers[order[rank]];
    }
    if (!m_scores)
        return;
    for (std::size_t rank = 0; rank < channels; ++rank) {
        const auto center = float(m_summary->statistics.mean(order[rank]));
        const double deviation = m_summary->statistics.deviation(order[rank]);
        const float scale = deviation > 0 ? float(1 / deviation) : 0.0f;
        float* row = ranked.data() + rank * kBlock;
        for (int i = 0; i < kBlock; ++i)
            row[i] = (row[i] - center) * scale;
    }
}

void HeatmapRenderer::paintColumns(const Strip& strip, const std::vector<Rows>& rows,
                                   QImage& image) const
{
    const bool mean = m_summary->pyramid.aggregation() == Aggregation::Mean;
    const float low = float(m_low);
    const float scale = m_high > m_low ? float(256 / (m_high - m_low)) : 0.0f;
    std::vector<float> ranked(std::size_t(m_summary->pyramid.channels()) * kBlock);
    // bits() and scanLine() would count references, from several threads at once.
    auto* pixels = const_cast<uchar*>(image.constBits());
    for (int x = strip.first; x < strip.last; x += kBlock) {
        const int columns = std::min(kBlock, strip.last - x);
        rankColumns(x, columns, ranked);
        for (std::size_t y = 0; y < rows.size(); ++y) {
            const qsizetype line = image.height() - 1 - qsizetype(y);
            auto* out = reinterpret_cast<QRgb*>(pixels + line * image.bytesPerLine()) + x;
            const Rows& range = rows[y];
            if (range.first >= range.last) {
                std::fill_n(out, columns, 0u);
                continue;
            }
            float merged[kBlock];
            mergeRows(ranked.data() + range.first * kBlock, range.last - range.first, mean, merged);
            for (int i = 0; i < columns; ++i) {
                const float place = (merged[i] - low) * scale;
                // NaN compares false and so becomes the lowest colour.
                const int index = place > 0 ? (place < 255 ? int(place) : 255) : 0;
                const bool read = m_states[std::size_t(x + i)] == Column::Read;
                out[i] = read ? (*m_colors)[std::size_t(index)] : 0u;
            }
        }
    }
}

} // namespace phono
