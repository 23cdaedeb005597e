#include "widgets/inspect/waveform_pane.h"

#include "widgets/document.h"
#include "widgets/plot/axis_ticks.h"
#include "widgets/plot/function_ticker.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

WaveformColors waveformColors(const Theme& theme)
{
    return {theme.wave, theme.danger};
}

} // namespace

WaveformPane::WaveformPane(const PaneContext& context)
    : Pane(QStringLiteral("waveform"), context)
{
    valueAxis()->setLabel(tr("level (dBFS)"));
    valueAxis()->setTicker(QSharedPointer<FunctionTicker>::create([this](double low, double high) {
        const QFontMetricsF metrics(valueAxis()->tickLabelFont());
        return levelTicks(std::max(-low, high), plotRect().height(), metrics.height());
    }));
}

QString WaveformPane::title() const
{
    return tr("waveform");
}

QString WaveformPane::subtitle() const
{
    return tr("mono, 16 kHz");
}

double WaveformPane::fullAmplitude() const
{
    if (!context().settings.fitAmplitude || !context().document.hasAudio())
        return 1;
    const auto range = context().document.peaks()->range(0, context().document.waveform().size());
    const double peak = std::max(std::abs(range.low), std::abs(range.high));
    return peak > 0 ? peak : 1;
}

void WaveformPane::refresh(const Theme& theme)
{
    Pane::refresh(theme);
    m_colors = waveformColors(theme);
    const double reach = fullAmplitude() * 1.05 / m_zoom;
    valueAxis()->setRange(-reach, reach);
    valueAxis()->setLabel(plotRect().height() < 90 ? QString() : tr("level (dBFS)"));
}

void WaveformPane::zoomValues(double factor, double)
{
    constexpr double kMostZoom = 10000;
    m_zoom = std::clamp(m_zoom * factor, 1.0, kMostZoom);
    const double reach = fullAmplitude() * 1.05 / m_zoom;
    valueAxis()->setRange(-reach, reach);
    Q_EMIT changed();
}

void WaveformPane::resetValues()
{
    zoomValues(1 / m_zoom, 0);
}

void WaveformPane::describe(Readout& readout, double, double) const
{
    const auto samples = context().document.waveform().samples();
    if (readout.sample < 0 || readout.sample >= qint64(samples.size()))
        return;
    const double value = double(samples[std::size_t(readout.sample)]);
    readout.value = value;
    if (value != 0)
        readout.decibels = 20 * std::log10(std::abs(value));
}

void WaveformPane::paint(QPainter& painter, const PlotArea& area)
{
    const auto& document = context().document;
    if (!document.hasAudio())
        return;
    painter.setPen(QPen(valueAxis()->grid()->pen().color(), 1));
    painter.drawLine(QPointF(area.rect.left(), area.y(0)), QPointF(area.rect.right(), area.y(0)));
    paintWaveform(painter, area, document.waveform(), *document.peaks(), m_colors);
}

OverviewPane::OverviewPane(const PaneContext& context)
    : Pane(QStringLiteral("overview"), context)
{
    rect()->setMinimumMargins(QMargins(0, 6, 0, 0));
    valueAxis()->setTicks(false);
    valueAxis()->setTickLabels(false);
}

void OverviewPane::refresh(const Theme& theme)
{
    Pane::refresh(theme);
    m_colors = waveformColors(theme);
    m_colors.line = theme.dark ? QColor(0x6B, 0x76, 0x85) : QColor(0x9A, 0xA5, 0xB4);
    m_image = {};
    setTimeRange({0, context().time.duration()});
    double reach = 1;
    if (context().document.hasAudio()) {
        const auto all = context().document.peaks()->range(0, context().document.waveform().size());
        reach = std::max({0.001, double(-all.low), double(all.high)});
    }
    valueAxis()->setRange(-reach * 1.05, reach * 1.05);
}

void OverviewPane::describe(Readout&, double, double) const
{
}

void OverviewPane::paint(QPainter& painter, const PlotArea& area)
{
    const auto& document = context().document;
    if (!document.hasAudio() || area.columns() < 1 || area.rows() < 1)
        return;
    const QSize size(area.columns(), area.rows());
    if (m_image.size() != size || m_imageRect != area.rect) {
        m_image = QImage(size, QImage::Format_ARGB32_Premultiplied);
        m_image.setDevicePixelRatio(area.devicePixelRatio);
        m_image.fill(Qt::transparent);
        m_imageRect = area.rect;
        PlotArea local = area;
        local.rect.moveTo(0, 0);
        QPainter strip(&m_image);
        paintWaveform(strip, local, document.waveform(), *document.peaks(), m_colors);
    }
    painter.drawImage(area.rect.topLeft(), m_image);
}

} // namespace phono
