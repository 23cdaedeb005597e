#include "widgets/plot/waveform_renderer.h"

#include <QLineF>
#include <QPainter>
#include <QPolygonF>
#include <QVector>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

/// One step below full scale of 16 bit: the largest positive sample such files can hold.
constexpr float kFullScale = 32767.0f / 32768.0f;

void paintSpans(QPainter& painter, const PlotArea& area, const PeakPyramid& peaks,
                const WaveformColors& colors)
{
    const int columns = area.columns();
    const double perColumn = area.time.length() * kModelRate / columns;
    const double start = area.time.start * kModelRate;
    QVector<QLineF> lines, clipped;
    lines.reserve(columns);
    const double dpr = area.devicePixelRatio;
    const auto row = [&](double value) {
        return (area.y(value) - area.rect.top()) * dpr;
    };
    for (int x = 0; x < columns; ++x) {
        // One sample more than the pixel's own joins neighbouring spans.
        const auto first = std::int64_t(std::floor(start + x * perColumn)) - 1;
        const auto last = std::int64_t(std::floor(start + (x + 1) * perColumn)) + 1;
        if (last <= 0 || first >= peaks.size())
            continue;
        const auto range = peaks.range(first, last);
        double top = row(range.high);
        double bottom = row(range.low);
        if (bottom - top < 1) {
            top = (top + bottom - 1) / 2;
            bottom = top + 1;
        }
        auto& kind = range.high >= kFullScale || range.low <= -1.0f ? clipped : lines;
        kind.append(QLineF(x + 0.5, top, x + 0.5, bottom));
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.translate(area.rect.topLeft());
    painter.scale(1 / dpr, 1 / dpr);
    for (const auto& [some, color] : {std::pair(&lines, colors.line), {&clipped, colors.clipped}}) {
        QPen pen(color, 1);
        pen.setCapStyle(Qt::FlatCap);
        painter.setPen(pen);
        painter.drawLines(*some);
    }
    painter.restore();
}

void paintLine(QPainter& painter, const PlotArea& area, std::span<const float> samples,
               const WaveformColors& colors)
{
    const double rate = kModelRate;
    const auto size = std::int64_t(samples.size());
    const auto first = std::clamp<std::int64_t>(std::int64_t(area.time.start * rate) - 1, 0, size);
    const auto last = std::clamp<std::int64_t>(std::int64_t(area.time.end * rate) + 3, 0, size);
    QPolygonF points;
    points.reserve(int(last - first));
    for (auto i = first; i < last; ++i)
        points << QPointF(area.x(double(i) / rate), area.y(double(samples[std::size_t(i)])));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colors.line, 1.2));
    // One by one: a whole antialiased polyline of noise takes Qt's rasteriser a second.
    for (int i = 1; i < points.size(); ++i)
        painter.drawLine(points[i - 1], points[i]);
    const double apart = area.rect.width() / (area.time.length() * rate);
    constexpr double kDotsFrom = 5;
    if (apart >= kDotsFrom) {
        painter.setPen(Qt::NoPen);
        for (auto i = first; i < last; ++i) {
            const bool full = std::abs(samples[std::size_t(i)]) >= kFullScale;
            painter.setBrush(full ? colors.clipped : colors.line);
            painter.drawEllipse(points[int(i - first)], 2.2, 2.2);
        }
    }
    painter.restore();
}

} // namespace

void paintWaveform(QPainter& painter, const PlotArea& area, const Waveform& waveform,
                   const PeakPyramid& peaks, const WaveformColors& colors)
{
    if (area.columns() < 1 || !(area.time.length() > 0) || waveform.size() == 0)
        return;
    const double perColumn = area.time.length() * kModelRate / area.columns();
    constexpr double kLineBelow = 2;
    if (perColumn < kLineBelow)
        paintLine(painter, area, waveform.samples(), colors);
    else
        paintSpans(painter, area, peaks, colors);
}

} // namespace phono
