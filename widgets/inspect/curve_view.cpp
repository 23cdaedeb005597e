#include "widgets/inspect/curve_view.h"

#include "widgets/theme.h"

#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>

namespace phono {

CurveView::CurveView(const QString& xLabel, const QString& yLabel, QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_graph(m_plot->addGraph())
    , m_mark(new QCPItemStraightLine(m_plot))
    , m_hint(new QCPItemText(m_plot))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFixedHeight(150);
    m_plot->xAxis->setLabel(xLabel);
    m_plot->yAxis->setLabel(yLabel);
    m_plot->axisRect()->setupFullAxesBox();
    m_plot->axisRect()->setMinimumMargins(QMargins(44, 6, 8, 0));
    for (QCPAxis* axis : m_plot->axisRect()->axes()) {
        axis->setTickLength(0, 3);
        axis->setSubTicks(false);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->ticker()->setTickCount(4);
    }
    for (QCPAxis* axis : {m_plot->xAxis2, m_plot->yAxis2})
        axis->setTicks(false);
    m_mark->setVisible(false);
    m_hint->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_hint->position->setCoords(0.5, 0.5);
    m_graph->setLineStyle(QCPGraph::lsLine);
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (m_plot->axisRect()->rect().contains(event->pos()))
            Q_EMIT clicked(m_plot->xAxis->pixelToCoord(event->pos().x()));
    });
    applyTheme();
}

void CurveView::setCurve(const QVector<double>& x, const QVector<double>& y, double xLow,
                         double xHigh, const QString& hint)
{
    m_graph->setData(x, y, true);
    m_hint->setText(hint);
    m_hint->setVisible(x.isEmpty());
    m_plot->xAxis->setRange(xLow, xHigh);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis})
        axis->setTickLabels(!x.isEmpty());
    if (!y.isEmpty()) {
        const auto [low, high] = std::ranges::minmax(y);
        const double room = high > low ? (high - low) * 0.06 : 0.5;
        m_plot->yAxis->setRange(low - room, high + room);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveView::setMark(std::optional<double> x)
{
    m_mark->setVisible(x.has_value());
    if (x) {
        m_mark->point1->setCoords(*x, 0);
        m_mark->point2->setCoords(*x, 1);
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveView::applyTheme()
{
    const Theme theme = Theme::of(palette());
    m_plot->setBackground(QBrush(theme.panel));
    m_plot->axisRect()->setBackground(QBrush(theme.plot));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.85);
    for (QCPAxis* axis : m_plot->axisRect()->axes()) {
        axis->setBasePen(QPen(theme.border, 1));
        axis->setTickPen(QPen(theme.border, 1));
        axis->grid()->setPen(QPen(theme.grid, 1));
        axis->setTickLabelColor(theme.muted);
        axis->setLabelColor(theme.muted);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
    }
    m_graph->setPen(QPen(theme.accent, 1));
    m_mark->setPen(QPen(theme.warning, 1));
    m_hint->setColor(theme.muted);
    m_hint->setFont(small);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
}

} // namespace phono
