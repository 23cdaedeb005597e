#include "widgets/pretrain/score_view.h"

#include "widgets/theme.h"

#include <QLabel>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace phono {
namespace {

constexpr QRgb kPositive = 0x0072B2, kNegative = 0xD55E00; // of Okabe and Ito

QColor toned(QRgb rgb, const Theme& theme)
{
    const QColor colour = QColor::fromRgb(rgb);
    return theme.dark ? colour.lighter(135) : colour;
}

/// Shares in per cent at the left edges of the bins; the bins that hold nothing at both ends are
/// left out by the axis.
QVector<double> shares(const std::vector<std::int64_t>& counts)
{
    const double total = std::max(1.0, std::accumulate(counts.begin(), counts.end(), 0.0));
    QVector<double> values;
    for (const auto count : counts)
        values << 100 * double(count) / total;
    values << 0;
    return values;
}

/// More bins than a picture has pixels, or bins without a width, are no histogram.
bool drawable(const ScoreHistogram& scores)
{
    constexpr std::size_t kMostBins = 4096;
    const std::size_t bins = scores.positives.size();
    return bins > 0 && bins <= kMostBins && scores.negatives.size() == bins
        && std::isfinite(scores.first) && scores.width > 0 && std::isfinite(scores.width);
}

} // namespace

ScoreView::ScoreView(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_positives(m_plot->addGraph())
    , m_negatives(m_plot->addGraph())
    , m_hint(new QCPItemText(m_plot))
    , m_legend(new QLabel(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_legend);
    layout->addWidget(m_plot, 1);
    setFixedHeight(176);
    m_plot->xAxis->setLabel(tr("score (logit)"));
    m_plot->yAxis->setLabel(tr("% of each"));
    m_plot->axisRect()->setupFullAxesBox();
    m_plot->axisRect()->setMinimumMargins(QMargins(40, 6, 8, 0));
    for (QCPAxis* axis : m_plot->axisRect()->axes()) {
        axis->setTickLength(0, 3);
        axis->setSubTicks(false);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->ticker()->setTickCount(4);
    }
    for (QCPAxis* axis : {m_plot->xAxis2, m_plot->yAxis2})
        axis->setTicks(false);
    for (QCPGraph* graph : {m_positives, m_negatives})
        graph->setLineStyle(QCPGraph::lsStepLeft);
    m_hint->position->setType(QCPItemPosition::ptAxisRectRatio);
    m_hint->position->setCoords(0.5, 0.5);
    m_hint->setText(tr("No validation yet"));
    applyTheme();
    setScores(std::nullopt);
}

void ScoreView::setScores(const std::optional<ScoreHistogram>& scores)
{
    m_scores = scores;
    const bool any = scores && drawable(*scores);
    m_hint->setVisible(!any);
    m_legend->setVisible(any);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis})
        axis->setTickLabels(any);
    QVector<double> edges;
    if (any) {
        for (std::size_t i = 0; i <= scores->positives.size(); ++i)
            edges << scores->first + double(i) * scores->width;
        const auto positives = shares(scores->positives);
        const auto negatives = shares(scores->negatives);
        m_positives->setData(edges, positives, true);
        m_negatives->setData(edges, negatives, true);
        double low = edges.last(), high = edges.first();
        for (qsizetype i = 0; i + 1 < edges.size(); ++i) {
            if (positives[i] < 0.05 && negatives.value(i) < 0.05)
                continue;
            low = std::min(low, edges[i]);
            high = std::max(high, edges[i + 1]);
        }
        m_plot->xAxis->setRange(low - scores->width, high + scores->width);
        const double most =
            std::max(*std::ranges::max_element(positives), *std::ranges::max_element(negatives));
        m_plot->yAxis->setRange(0, most * 1.1);
    } else {
        m_positives->setData({}, {});
        m_negatives->setData({}, {});
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ScoreView::applyTheme()
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
    const auto paint = [&](QCPGraph* graph, QColor colour, Qt::PenStyle style) {
        graph->setPen(QPen(colour, 1.4, style));
        colour.setAlphaF(0.18F);
        graph->setBrush(colour);
    };
    paint(m_positives, toned(kPositive, theme), Qt::SolidLine);
    paint(m_negatives, toned(kNegative, theme), Qt::DashLine);
    m_legend->setText(tr("<span style=\"color:%1\">—</span> positives &nbsp; "
                         "<span style=\"color:%2\">- -</span> negatives")
                          .arg(toned(kPositive, theme).name(), toned(kNegative, theme).name()));
    m_hint->setColor(theme.muted);
    m_hint->setFont(small);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ScoreView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
}

} // namespace phono
