#include "widgets/inspect/labels_pane.h"

#include "widgets/document.h"
#include "widgets/plot/function_ticker.h"

#include <QPainter>

#include <algorithm>

namespace phono {

LabelsPane::LabelsPane(const PaneContext& context)
    : Pane(QStringLiteral("labels"), context)
{
    valueAxis()->setRange(0, 1);
    valueAxis()->setTickLength(0, 0);
    valueAxis()->setTicker(QSharedPointer<FunctionTicker>::create([this](double, double) {
        const auto& tiers = this->context().document.labels();
        const QFontMetricsF metrics(valueAxis()->tickLabelFont());
        std::vector<AxisTick> ticks;
        for (std::size_t i = 0; i < tiers.size(); ++i) {
            constexpr double kRoom = 56;
            const auto name =
                metrics.elidedText(QString::fromStdString(tiers[i].name), Qt::ElideRight, kRoom);
            ticks.push_back({1 - (double(i) + 0.5) / double(tiers.size()), name});
        }
        return ticks;
    }));
}

QString LabelsPane::title() const
{
    return tr("labels");
}

QString LabelsPane::subtitle() const
{
    const auto& tiers = context().document.labels();
    return tiers.size() > 1 ? tr("%1 tiers").arg(tiers.size()) : QString();
}

int LabelsPane::fixedHeight() const
{
    constexpr int kTierHeight = 20;
    constexpr int kMostHeight = 8 * kTierHeight;
    return std::clamp(int(context().document.labels().size()) * kTierHeight, kTierHeight,
                      kMostHeight);
}

void LabelsPane::refresh(const Theme& theme)
{
    Pane::refresh(theme);
    m_font = labelFont(context().plot.font().pointSizeF() * 0.92);
    m_colors = {theme.text, theme.muted, theme.border, theme.dark ? theme.grid : theme.window};
}

const Label* LabelsPane::labelUnder(double seconds, double y) const
{
    const auto& tiers = context().document.labels();
    const auto tier = tierAt(area(), tiers.size(), y);
    return tier ? labelAt(tiers[*tier], seconds) : nullptr;
}

std::optional<TimeRange> LabelsPane::labelRangeAt(double seconds, double y) const
{
    const Label* label = labelUnder(seconds, y);
    if (!label || label->end <= label->start)
        return std::nullopt;
    return TimeRange{label->start, label->end};
}

void LabelsPane::describe(Readout& readout, double seconds, double y) const
{
    if (const Label* label = labelUnder(seconds, y))
        readout.label = QString::fromStdString(label->text);
}

void LabelsPane::paint(QPainter& painter, const PlotArea& area)
{
    paintLabels(painter, area, context().document.labels(), m_font, m_colors);
}

} // namespace phono
