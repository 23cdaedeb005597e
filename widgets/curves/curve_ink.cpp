#include "widgets/curves/curve_ink.h"

#include "widgets/curves/curve_style.h"

#include <QLineF>
#include <QPainter>
#include <QVector>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

/// Strokes, for vector pictures.
class PainterInk : public CurveInk {
public:
    PainterInk(QPainter& painter, const CurveArea& area)
        : m_painter(painter)
        , m_area(area)
    {
    }

    void spans(std::span<const CurveSpan> spans, const QColor& color) override
    {
        QVector<QLineF> lines;
        for (const CurveSpan& span : spans)
            lines.append(QLineF(span.x + 0.5, span.top, span.x + 0.5, span.bottom));
        const double dpr = m_area.devicePixelRatio;
        m_painter.save();
        m_painter.setRenderHint(QPainter::Antialiasing, false);
        m_painter.translate(m_area.rect.topLeft());
        m_painter.scale(1 / dpr, 1 / dpr);
        QPen pen(color, 1);
        pen.setCapStyle(Qt::FlatCap);
        m_painter.setPen(pen);
        m_painter.drawLines(lines);
        m_painter.restore();
    }

    void line(std::span<const QPointF> points, const QColor& color, double width,
              std::span<const double> dashes) override
    {
        m_painter.save();
        m_painter.setRenderHint(QPainter::Antialiasing);
        m_painter.setPen(QPen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::BevelJoin));
        paintDashed(m_painter, points, dashes);
        m_painter.restore();
    }

private:
    QPainter& m_painter;
    const CurveArea& m_area;
};

/// `a` parts of 255 of each channel.
std::uint32_t scaled(std::uint32_t pixel, std::uint32_t a)
{
    const std::uint32_t low = (pixel & 0xff00ff) * a + 0x800080;
    const std::uint32_t high = ((pixel >> 8) & 0xff00ff) * a + 0x800080;
    return (((low + ((low >> 8) & 0xff00ff)) >> 8) & 0xff00ff)
        | ((high + ((high >> 8) & 0xff00ff)) & 0xff00ff00);
}

} // namespace

std::unique_ptr<CurveInk> CurveInk::on(QPainter& painter, const CurveArea& area, bool vector,
                                       QImage& canvas)
{
    if (vector)
        return std::make_unique<PainterInk>(painter, area);
    return std::make_unique<ImageInk>(painter, area, canvas);
}

ImageInk::ImageInk(QPainter& painter, const CurveArea& area, QImage& canvas)
    : m_painter(painter)
    , m_rect(area.rect)
    , m_ratio(area.devicePixelRatio)
    , m_image(canvas)
{
    const QSize size(std::max(1, area.columns()),
                     std::max(1, int(std::lround(area.rect.height() * m_ratio))));
    if (m_image.size() != size)
        m_image = QImage(size, QImage::Format_ARGB32_Premultiplied);
    m_image.setDevicePixelRatio(m_ratio);
    m_image.fill(0);
    m_pixels = reinterpret_cast<std::uint32_t*>(m_image.bits());
    m_width = m_image.width();
    m_height = m_image.height();
    m_stride = int(m_image.bytesPerLine() / 4);
}

void ImageInk::finish()
{
    flushSpans();
    m_painter.drawImage(m_rect.topLeft(), m_image);
}

void ImageInk::blend(std::uint32_t& pixel, double cover, const Paint& paint)
{
    const double parts = cover * paint.alpha + 0.5;
    const auto a = std::uint32_t(parts);
    if (a == 255)
        pixel = paint.color;
    else
        pixel = scaled(paint.color, a) + scaled(pixel, 255 - a);
}

void ImageInk::cover(std::uint32_t* line, std::ptrdiff_t step, int limit, double low, double high,
                     const Paint& paint)
{
    low = std::max(low, 0.0);
    high = std::min(high, double(limit));
    if (!(low < high))
        return;
    const int first = int(low), last = int(high);
    std::uint32_t* pixel = line + first * step;
    if (first == last) {
        blend(*pixel, high - low, paint);
        return;
    }
    blend(*pixel, first + 1 - low, paint);
    pixel += step;
    for (int i = first + 1; i < last; ++i, pixel += step)
        blend(*pixel, 1, paint);
    if (high > last)
        blend(*pixel, high - last, paint);
}

void ImageInk::spans(std::span<const CurveSpan> spans, const QColor& color)
{
    const auto alpha = std::uint32_t(std::lround(color.alphaF() * 255));
    m_layers.push_back({scaled(color.rgb() | 0xff000000U, alpha), {spans.begin(), spans.end()}, 0});
}

void ImageInk::flushSpans()
{
    // Column by column with all layers at once: where they overlap, their colours are mixed once
    // for a whole stretch and not for each pixel.
    struct Stretch {
        int top = 0, bottom = 0;
        std::uint32_t color = 0;
    };
    std::vector<Stretch> stretches;
    std::vector<int> edges;
    for (int x = 0; x < m_width && !m_layers.empty(); ++x) {
        stretches.clear();
        edges.clear();
        for (SpanLayer& layer : m_layers) {
            while (layer.next < layer.spans.size() && layer.spans[layer.next].x < x)
                ++layer.next;
            if (layer.next == layer.spans.size() || layer.spans[layer.next].x != x)
                continue;
            const CurveSpan& span = layer.spans[layer.next];
            const int top = std::max(0, int(std::lround(span.top)));
            const int bottom = std::min(m_height, int(std::lround(span.bottom)));
            if (top >= bottom)
                continue;
            stretches.push_back({top, bottom, layer.color});
            edges.insert(edges.end(), {top, bottom});
        }
        std::ranges::sort(edges);
        for (std::size_t i = 1; i < edges.size(); ++i) {
            if (edges[i] == edges[i - 1])
                continue;
            std::uint32_t mixed = 0;
            for (const Stretch& one : stretches) {
                if (one.top <= edges[i - 1] && edges[i] <= one.bottom)
                    mixed = one.color + scaled(mixed, 255 - (one.color >> 24));
            }
            fillColumn(x, edges[i - 1], edges[i], mixed);
        }
    }
    m_layers.clear();
}

void ImageInk::fillColumn(int x, int top, int bottom, std::uint32_t color)
{
    if (color == 0)
        return;
    const std::uint32_t rest = 255 - (color >> 24);
    std::uint32_t* pixel = m_pixels + std::ptrdiff_t(top) * m_stride + x;
    for (int y = top; y < bottom; ++y, pixel += m_stride)
        *pixel = *pixel == 0 ? color : color + scaled(*pixel, rest);
}

void ImageInk::segment(QPointF from, QPointF to, double width, const Paint& paint)
{
    const double dx = to.x() - from.x(), dy = to.y() - from.y();
    const double length = std::sqrt(dx * dx + dy * dy);
    if (length < 1e-9)
        return;
    const bool steep = std::abs(dy) > std::abs(dx);
    // Along the longer direction each row or column of pixels is covered by one stretch.
    double a0 = steep ? from.y() : from.x(), b0 = steep ? from.x() : from.y();
    double a1 = steep ? to.y() : to.x(), b1 = steep ? to.x() : to.y();
    if (a0 > a1)
        std::swap(a0, a1), std::swap(b0, b1);
    const double slope = (b1 - b0) / (a1 - a0);
    const double half = width / 2 * length / (a1 - a0);
    const int limit = steep ? m_height : m_width;
    // A little further than the points, so that corners close.
    const double reach = paint.alpha < 255 ? 0 : std::min(0.5, width / 4);
    const int first = std::max(0, int(std::ceil(a0 - reach - 0.5)));
    const int last = std::min(limit - 1, int(std::ceil(a1 + reach - 0.5)) - 1);
    const std::ptrdiff_t along = steep ? m_stride : 1, across = steep ? 1 : m_stride;
    const int breadth = steep ? m_width : m_height;
    for (int at = first; at <= last; ++at) {
        const double middle = b0 + (at + 0.5 - a0) * slope;
        cover(m_pixels + at * along, across, breadth, middle - half, middle + half, paint);
    }
}

void ImageInk::line(std::span<const QPointF> points, const QColor& color, double width,
                    std::span<const double> dashes)
{
    flushSpans();
    const Paint paint{color.rgb() | 0xff000000U, 255 * double(color.alphaF())};
    const auto place = [&](const QPointF& point) {
        return (point - m_rect.topLeft()) * m_ratio;
    };
    const auto paintPiece = [&](std::span<const QPointF> piece) {
        for (std::size_t i = 1; i < piece.size(); ++i)
            segment(place(piece[i - 1]), place(piece[i]), width * m_ratio, paint);
    };
    if (points.size() == 1) {
        const QPointF half(width / 2, 0);
        segment(place(points[0] - half), place(points[0] + half), width * m_ratio, paint);
    }
    if (dashes.empty())
        paintPiece(points);
    else
        eachDash(points, dashes, paintPiece);
}

} // namespace phono
