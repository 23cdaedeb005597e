#include "widgets/inspect/heatmap_pane.h"

#include "widgets/plot/function_ticker.h"
#include "widgets/plot/painted_plottable.h"

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

QCPColorGradient gradientOf(const ColorTable& table)
{
    QMap<double, QColor> stops;
    for (std::size_t i = 0; i < table.size(); ++i)
        stops.insert(double(i) / double(table.size() - 1), QColor(table[i]));
    QCPColorGradient gradient;
    gradient.setLevelCount(int(table.size()));
    gradient.setColorStops(stops);
    return gradient;
}

} // namespace

HeatmapPane::HeatmapPane(const QString& id, const PaneContext& context,
                         FeatureSummarizer& summarizer)
    : Pane(id, context)
    , m_summarizer(summarizer)
{
}

HeatmapPane::~HeatmapPane()
{
    delete m_edges;
}

QCPLayoutElement* HeatmapPane::colorBar()
{
    if (m_scale)
        return m_scale;
    m_scale = new QCPColorScale(&context().plot);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(10);
    m_scale->axis()->setSubTicks(false);
    m_scale->axis()->setTickLength(0, 3);
    m_scale->axis()->setTicker(
        QSharedPointer<FunctionTicker>::create([this](double low, double high) {
            const QFontMetricsF metrics(m_scale->axis()->tickLabelFont());
            return valueTicks(low, high, plotRect().height(), metrics.height() * 1.6);
        }));
    m_scale->setRangeDrag(false);
    m_scale->setRangeZoom(false);
    m_edges = new QCPMarginGroup(&context().plot);
    rect()->setMarginGroup(QCP::msTop | QCP::msBottom, m_edges);
    m_scale->setMarginGroup(QCP::msTop | QCP::msBottom, m_edges);
    m_scaleColors.reset();
    return m_scale;
}

QRect HeatmapPane::colorBarRect() const
{
    return m_scale && m_scale->visible() ? m_scale->outerRect() : QRect();
}

void HeatmapPane::refresh(const Theme& theme)
{
    Pane::refresh(theme);
    m_renderer.setGeometry(geometry());
    m_renderer.setSummary(summary());
    m_renderer.setScores(scores());
    m_renderer.setColors(colorTable(colors()));
    const auto known = summary();
    const int rows = known ? known->pyramid.channels() : 0;
    if (rows != m_rows && rows > 0) {
        m_rows = rows;
        resetValues();
    }
    std::pair<double, double> ends{0, 1};
    const bool empty = !known || known->pyramid.frames() == 0;
    // Numbers that nothing has are not shown.
    valueAxis()->setTickLabels(!empty);
    if (!empty)
        ends = limits(*known);
    if (!(ends.second > ends.first))
        ends.second = ends.first + 1;
    m_renderer.setLimits(ends.first, ends.second);
    if (!m_scale)
        return;
    if (m_scaleColors != colors()) {
        m_scaleColors = colors();
        m_scale->setGradient(gradientOf(colorTable(colors())));
    }
    m_scale->setVisible(!empty);
    m_scale->setDataRange({ends.first, ends.second});
    const QFont font = smallFont(context().plot.font());
    QCPAxis* axis = m_scale->axis();
    axis->setTickLabelFont(font);
    axis->setTickLabelColor(theme.muted);
    // Room for the longest mark, so that all bars of the stack have one width.
    const int room = int(QFontMetricsF(font).horizontalAdvance(QStringLiteral("−00.00"))) + 6;
    axis->axisRect()->setMinimumMargins(QMargins(0, 0, room, 0));
    for (QCPAxis* edge : axis->axisRect()->axes()) {
        edge->setBasePen(QPen(theme.border, 1));
        edge->setTickPen(QPen(theme.border, 1));
    }
}

void HeatmapPane::paint(QPainter& painter, const PlotArea& area)
{
    const QImage image = m_renderer.render(area);
    if (image.isNull())
        return;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.setRenderHint(QPainter::LosslessImageRendering, true);
    painter.drawImage(QRectF(area.rect.topLeft(),
                             QSizeF(image.width() / area.devicePixelRatio,
                                    image.height() / area.devicePixelRatio)),
                      image);
}

std::optional<int> HeatmapPane::rankAt(double y) const
{
    const auto known = summary();
    const double rank = std::floor(area().valueAt(y) + 0.5);
    if (!known || !(rank >= 0) || rank >= known->pyramid.channels())
        return std::nullopt;
    return int(rank);
}

void HeatmapPane::showRows(double low, double high)
{
    constexpr double kFewestRows = 4;
    const double length =
        std::clamp(high - low, std::min<double>(kFewestRows, m_rows), std::max<double>(1, m_rows));
    const double start = std::clamp(low, -0.5, m_rows - 0.5 - length);
    valueAxis()->setRange(start, start + length);
    Q_EMIT changed();
}

void HeatmapPane::zoomValues(double factor, double y)
{
    const PlotArea plot = area();
    const double at = plot.valueAt(y);
    const double length = (plot.high - plot.low) / factor;
    const double part = (at - plot.low) / (plot.high - plot.low);
    showRows(at - part * length, at + (1 - part) * length);
}

void HeatmapPane::scrollValues(double part)
{
    const PlotArea plot = area();
    const double by = part * (plot.high - plot.low);
    showRows(plot.low + by, plot.high + by);
}

void HeatmapPane::resetValues()
{
    if (m_rows > 0)
        showRows(-0.5, m_rows - 0.5);
}

} // namespace phono
