#include "widgets/inspect/ruler_pane.h"

#include "widgets/document.h"
#include "widgets/plot/function_ticker.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

constexpr double kLabelPixels = 80;

std::vector<AxisTick> timeTicks(TimeRange range, double pixels, bool clock)
{
    const double step = timeStep(range.length(), pixels, kLabelPixels);
    std::vector<AxisTick> ticks;
    for (double i = std::ceil(range.start / step); i * step <= range.end; ++i)
        ticks.push_back({i * step, timeText(i * step, step, clock)});
    return ticks;
}

std::vector<AxisTick> frameTicks(TimeRange range, const FrameGeometry& geometry, double pixels)
{
    const double perLabel = range.length() / geometry.hopSeconds() * kLabelPixels / pixels;
    const double power = std::pow(10, std::floor(std::log10(std::max(1.0, perLabel))));
    double step = power;
    for (const double factor : {2.0, 5.0, 10.0}) {
        if (step < perLabel)
            step = factor * power;
    }
    std::vector<AxisTick> ticks;
    const double last = geometry.position(range.end);
    for (double f = std::ceil(std::max(0.0, geometry.position(range.start)) / step) * step;
         f <= last; f += step)
        ticks.push_back({geometry.frameCentre(qint64(f)), QString::number(qint64(f))});
    return ticks;
}

} // namespace

RulerPane::RulerPane(const PaneContext& context)
    : Pane(QStringLiteral("ruler"), context)
{
    rect()->setMinimumMargins(QMargins(0, 3, 0, 0));
    valueAxis()->setTicks(false);
    valueAxis()->setTickLabels(false);
    timeAxis()->setTicks(true);
    timeAxis()->setTickLabels(true);
    timeAxis()->setTicker(QSharedPointer<FunctionTicker>::create([this](double low, double high) {
        const bool clock = this->context().time.duration() >= 120;
        return timeTicks({low, high}, plotRect().width(), clock);
    }));
    m_frames = rect()->addAxis(QCPAxis::atBottom);
    m_frames->setLayer(QStringLiteral("axes"));
    m_frames->grid()->setVisible(false);
    m_frames->setSubTicks(false);
    m_frames->setTickLength(0, 3);
    m_frames->setTickLabelPadding(2);
    m_frames->setPadding(2);
    m_frames->setTicker(QSharedPointer<FunctionTicker>::create([this](double low, double high) {
        return m_geometry ? frameTicks({low, high}, *m_geometry, plotRect().width())
                          : std::vector<AxisTick>();
    }));
    QObject::connect(timeAxis(), qOverload<const QCPRange&>(&QCPAxis::rangeChanged), m_frames,
                     qOverload<const QCPRange&>(&QCPAxis::setRange));
}

QString RulerPane::timeUnit() const
{
    const double duration = context().time.duration();
    if (duration < 120)
        return tr("time (s)");
    return duration < 3600 ? tr("time (min:s)") : tr("time (h:min:s)");
}

void RulerPane::refresh(const Theme& theme)
{
    Pane::refresh(theme);
    const auto& offered = context().document.offeredFeatures();
    const auto z = std::ranges::find(offered, std::string("z"), &FeatureInfo::name);
    m_geometry.reset();
    if (z != offered.end())
        m_geometry = FrameGeometry::of(*z, offered);
    m_frames->setVisible(m_geometry.has_value());
    const QFontMetricsF metrics(timeAxis()->tickLabelFont());
    constexpr int kGap = 34;
    rect()->setMinimumMargins(QMargins(int(metrics.horizontalAdvance(timeUnit())) + kGap, 3, 0, 4));
}

void RulerPane::paintUnits(QPainter& painter) const
{
    const QRect plot = plotRect();
    painter.setFont(timeAxis()->tickLabelFont());
    painter.setPen(timeAxis()->tickLabelColor());
    const auto write = [&](QCPAxis* axis, const QString& text) {
        const double top =
            plot.bottom() + axis->offset() + axis->tickLengthOut() + axis->tickLabelPadding();
        const QRectF row(0, top, plot.left() - 26, painter.fontMetrics().height() + 2);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, text);
    };
    write(timeAxis(), timeUnit());
    if (m_geometry)
        write(m_frames, tr("frame"));
}

} // namespace phono
