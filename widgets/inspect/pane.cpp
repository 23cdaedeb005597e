#include "widgets/inspect/pane.h"

#include "widgets/plot/painted_plottable.h"

namespace phono {

Pane::Pane(const QString& id, const PaneContext& context)
    : m_context(context)
    , m_rect(new QCPAxisRect(&context.plot, false))
{
    setObjectName(id);
    m_rect->addAxes(QCPAxis::atLeft | QCPAxis::atBottom | QCPAxis::atTop | QCPAxis::atRight);
    m_rect->setMinimumMargins(QMargins(0, kHeaderHeight, 0, 0));
    m_rect->setMarginGroup(QCP::msLeft, &context.sides);
    m_rect->setMinimumSize(40, 24);
    for (QCPAxis* axis : m_rect->axes()) {
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
        axis->grid()->setVisible(false);
        axis->setSubTicks(false);
        axis->setTickLabels(axis->axisType() == QCPAxis::atLeft);
        axis->setTicks(axis->axisType() == QCPAxis::atLeft);
        axis->setTickLength(0, 4);
        axis->setTickLabelPadding(3);
        axis->setLabelPadding(3);
        axis->setPadding(2);
    }
    auto* plottable = new PaintedPlottable(
        timeAxis(), valueAxis(),
        [this](QPainter& painter, const PlotArea& plotArea) { paint(painter, plotArea); });
    plottable->setLayer(QStringLiteral("main"));
}

Pane::~Pane() = default;

QCPAxis* Pane::timeAxis() const
{
    return m_rect->axis(QCPAxis::atBottom);
}

QCPAxis* Pane::valueAxis() const
{
    return m_rect->axis(QCPAxis::atLeft);
}

QRect Pane::plotRect() const
{
    return m_rect->rect();
}

QRect Pane::headerRect() const
{
    const QRect plot = plotRect();
    return {plot.left(), plot.top() - kHeaderHeight, plot.width(), kHeaderHeight};
}

PlotArea Pane::area(double devicePixelRatio) const
{
    const QCPRange time = timeAxis()->range();
    const QCPRange value = valueAxis()->range();
    return {
        QRectF(plotRect()), {time.lower, time.upper}, value.lower, value.upper, devicePixelRatio};
}

void Pane::refresh(const Theme& theme)
{
    const QFont font = smallFont(m_context.plot.font());
    for (QCPAxis* axis : m_rect->axes()) {
        axis->setBasePen(QPen(theme.border, 1));
        axis->setTickPen(QPen(theme.border, 1));
        axis->setTickLabelColor(theme.muted);
        axis->setLabelColor(theme.muted);
        axis->setTickLabelFont(font);
        axis->setLabelFont(font);
        axis->grid()->setPen(QPen(theme.grid, 1));
        axis->grid()->setZeroLinePen(QPen(theme.grid, 1));
    }
    m_rect->setBackground(QBrush(theme.plot));
}

void Pane::setTimeRange(TimeRange range)
{
    if (range.length() > 0)
        timeAxis()->setRange(range.start, range.end);
}

} // namespace phono
