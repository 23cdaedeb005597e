// What stands around the data: titles, axes, colour bars, the ruler.

#include "widgets/plot/axis_ticks.h"
#include "widgets/plot/two_tone_line.h"
#include "widgets/record/live_canvas.h"
#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kTick = 4;
constexpr int kBarGap = 9;
constexpr int kBarWidth = 10;

} // namespace

QFont LiveCanvas::tickFont() const
{
    return smallFont(font());
}

QString LiveCanvas::titleOf(PaneId pane) const
{
    switch (pane) {
    case Waveform:
        return tr("waveform");
    case Spectrogram:
        return m_compact ? tr("spectrogram (dB)") : tr("spectrogram");
    case Z:
        if (!offersCheckpoint())
            return tr("z");
        return m_shown[Z] && m_shown[C] ? tr("z and c") : m_shown[Z] ? tr("z") : tr("c");
    default:
        return tr("c");
    }
}

QString LiveCanvas::subtitleOf(PaneId pane) const
{
    if (pane == Waveform)
        return tr("mono, 16 kHz");
    const int rows = heat(pane).channels();
    if (rows == 0)
        return {};
    return pane == Spectrogram ? tr("%1 mel bands").arg(rows) : tr("%1 dims").arg(rows);
}

void LiveCanvas::paintFrame(QPainter& painter, const Theme& theme, PaneId pane) const
{
    const QRect plot = m_rects[pane];
    QFont bold = m_compact ? tickFont() : font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    const QRect header = headerRect(pane);
    const int used = painter.fontMetrics().horizontalAdvance(titleOf(pane));
    if (m_compact) {
        QColor ground = theme.panel;
        ground.setAlphaF(0.8F);
        painter.fillRect(QRect(header.left() - 3, header.top(), used + 6, header.height()), ground);
    }
    painter.setPen(theme.text);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignLeft, titleOf(pane));
    if (!m_compact) {
        painter.setFont(font());
        painter.setPen(theme.muted);
        painter.drawText(header.adjusted(used + 12, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         subtitleOf(pane));
    }
    painter.setPen(theme.border);
    painter.drawRect(plot.adjusted(-1, -1, 0, 0));
    if (pane == Waveform || !heat(pane).empty()) {
        paintTicks(painter, theme, pane);
        if (pane != Waveform)
            paintColorBar(painter, theme, pane);
    }
}

void LiveCanvas::paintTicks(QPainter& painter, const Theme& theme, PaneId pane) const
{
    const QRect plot = m_rects[pane];
    painter.setFont(tickFont());
    const QFontMetricsF metrics(painter.font());
    double low = 0;
    double high = 1;
    std::vector<AxisTick> ticks;
    QString label;
    if (pane == Waveform) {
        high = m_wave.reach();
        low = -high;
        ticks = levelTicks(high, plot.height(), metrics.height());
        label = tr("level (dBFS)");
    } else {
        low = -0.5;
        high = heat(pane).channels() - 0.5;
        if (pane == Spectrogram) {
            ticks = frequencyTicks(m_frequencies, plot.height(), metrics.height() * 1.1);
            label = tr("frequency (kHz)");
        } else {
            ticks = valueTicks(0, high, plot.height(), metrics.height() * 1.6);
            label = tr("dimension");
        }
    }
    int widest = 0;
    for (const AxisTick& tick : ticks) {
        const double y = plot.bottom() + 1 - (tick.position - low) / (high - low) * plot.height();
        // Labels stay beside their plot: the next one's begin at once.
        const double text = std::clamp(y, plot.top() + metrics.height() / 2 - 4,
                                       plot.bottom() - metrics.height() / 2 + 5);
        painter.fillRect(QRectF(plot.left() - 1 - kTick, std::floor(y), kTick, 1), theme.border);
        painter.setPen(theme.muted);
        painter.drawText(QRectF(0, text - 10, plot.left() - kTick - 5, 20),
                         Qt::AlignRight | Qt::AlignVCenter, tick.label);
        widest = std::max(widest, int(std::ceil(metrics.horizontalAdvance(tick.label))));
    }
    if (metrics.horizontalAdvance(label) > plot.height() + (m_compact ? 0 : 16))
        return;
    painter.save();
    painter.translate(plot.left() - kTick - 5 - widest - 4, plot.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-100, -metrics.height(), 200, metrics.height()),
                     Qt::AlignHCenter | Qt::AlignBottom, label);
    painter.restore();
}

void LiveCanvas::paintColorBar(QPainter& painter, const Theme& theme, PaneId pane) const
{
    const QRect plot = m_rects[pane];
    const QRect bar(plot.right() + 1 + kBarGap, plot.top(), kBarWidth, plot.height());
    const ColorTable& colors = colorTable(m_colors);
    QImage gradient(1, int(colors.size()), QImage::Format_RGB32);
    for (int i = 0; i < gradient.height(); ++i)
        gradient.setPixel(0, i, colors[colors.size() - 1 - std::size_t(i)]);
    painter.drawImage(bar, gradient);
    painter.setPen(theme.border);
    painter.drawRect(bar.adjusted(-1, -1, 0, 0));
    painter.setPen(theme.muted);
    if (!m_compact) {
        painter.setFont(font());
        const QRect header = headerRect(pane);
        painter.drawText(QRect(bar.left(), header.top(), width() - bar.left(), header.height()),
                         Qt::AlignVCenter | Qt::AlignLeft,
                         pane == Spectrogram ? tr("dB") : tr("value"));
    }
    painter.setFont(tickFont());
    const QFontMetricsF metrics(painter.font());
    const auto [low, high] = heat(pane).limits();
    for (const AxisTick& tick : valueTicks(low, high, plot.height(), metrics.height() * 1.6)) {
        const double y = bar.bottom() + 1 - (tick.position - low) / (high - low) * bar.height();
        const double text = std::clamp(y, plot.top() + metrics.height() / 2 - 4,
                                       plot.bottom() - metrics.height() / 2 + 5);
        painter.fillRect(QRectF(bar.right() + 1, std::floor(y), 3, 1), theme.border);
        painter.drawText(QRectF(bar.right() + 8, text - 10, 60, 20),
                         Qt::AlignLeft | Qt::AlignVCenter, tick.label);
    }
}

void LiveCanvas::paintRuler(QPainter& painter, const Theme& theme) const
{
    painter.setFont(tickFont());
    const QFontMetricsF metrics(painter.font());
    const int top = m_ruler.top() + 3;
    painter.fillRect(QRect(m_ruler.left() - 1, top, m_ruler.width() + 2, 1), theme.border);
    const double step = timeStep(kSeconds, m_ruler.width(), 64);
    const auto mark = [&](double x, const QString& text) {
        painter.fillRect(QRectF(std::floor(x), top, 1, kTick), theme.border);
        painter.setPen(theme.muted);
        painter.drawText(QRectF(x - 40, top + kTick, 80, metrics.height() + 2), Qt::AlignCenter,
                         text);
    };
    QString label = tr("seconds ago");
    if (m_takeOffset) {
        const double last = now() + *m_takeOffset;
        const double first = std::max(m_stretchStart, last - kSeconds);
        for (double i = std::ceil(first / step - 1e-9); i * step <= last; ++i)
            mark(*xOfTake(i * step), timeText(i * step, step, last >= 120));
        label = last >= 120 ? tr("time in the take (min:s)") : tr("time in the take (s)");
        const double left = std::max(double(m_ruler.left()), *xOfTake(first));
        painter.fillRect(QRectF(left, top - 1, m_ruler.right() + 1 - left, 3), theme.danger);
    } else {
        for (int i = 0; i * step <= kSeconds; ++i)
            mark(xOfNow(i * step), timeText(i * step, step, false));
    }
    painter.setPen(theme.muted);
    painter.drawText(QRectF(m_ruler.left(), top + kTick + metrics.height(), m_ruler.width(),
                            metrics.height() + 2),
                     Qt::AlignCenter, label);
}

void LiveCanvas::paintMarkers(QPainter& painter, const Theme& theme) const
{
    if (!m_takeOffset)
        return;
    const QRect wave = m_rects[Waveform];
    const QRect all(wave.left(), wave.top(), wave.width(), m_ruler.top() - wave.top());
    painter.setFont(tickFont());
    for (const TakeMarker& marker : m_markers) {
        const double x = *xOfTake(marker.seconds);
        if (marker.seconds < m_stretchStart || x < all.left())
            continue;
        for (const QRect& plot : m_rects) {
            if (!plot.isEmpty())
                paintTwoToneLine(painter, x, plot, theme.accent.darker(theme.dark ? 170 : 100));
        }
        const QString name = QString::fromStdString(marker.name);
        const int width = painter.fontMetrics().horizontalAdvance(name) + 8;
        const QRectF flag(std::floor(x), wave.top(), width, painter.fontMetrics().height());
        painter.fillRect(flag, theme.accent);
        painter.setPen(theme.panel);
        painter.drawText(flag, Qt::AlignCenter, name);
    }
    const double start = *xOfTake(m_stretchStart);
    if (start >= all.left() && start < all.right()) {
        for (const QRect& plot : m_rects) {
            if (!plot.isEmpty())
                paintTwoToneLine(painter, start, plot, theme.danger);
        }
    }
}

void LiveCanvas::paintHints(QPainter& painter, const Theme& theme) const
{
    painter.setFont(font());
    painter.setPen(theme.muted);
    if (m_wave.samples() == 0) {
        const QString text = m_listening ? tr("Waiting for sound…")
                                         : tr("Switch “Listen” on to see sound as it comes.");
        painter.drawText(m_rects[Waveform], Qt::AlignCenter | Qt::TextWordWrap, text);
    }
    for (const PaneId pane : {Z, C}) {
        if (hasModel() && !m_rects[pane].isEmpty() && heat(pane).empty() && m_wave.samples() > 0)
            painter.drawText(m_rects[pane], Qt::AlignCenter, tr("Computing…"));
    }
}

} // namespace phono
