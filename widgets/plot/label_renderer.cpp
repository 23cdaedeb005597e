#include "widgets/plot/label_renderer.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

void paintTier(QPainter& painter, const PlotArea& area, const QRectF& row, const LabelTier& tier,
               const QFontMetricsF& metrics, const LabelColors& colors)
{
    auto label = std::ranges::lower_bound(tier.labels, area.time.start, {}, &Label::end);
    double shadedUntil = -1;
    for (; label != tier.labels.end() && label->start <= area.time.end; ++label) {
        const double left = area.x(label->start);
        const double right = area.x(label->end);
        if (right - left < 3 && label->end > label->start) {
            // An hour of phones: one shade for each pixel, not thousands of boxes.
            const double pixel = std::floor(left);
            if (pixel > shadedUntil && !label->text.empty())
                painter.fillRect(QRectF(pixel, row.top() + 1, 1, row.height() - 2), colors.muted);
            shadedUntil = std::max(shadedUntil, pixel);
            continue;
        }
        const QRectF box(left, row.top(), right - left, row.height());
        if (!label->text.empty())
            painter.fillRect(box.adjusted(0.5, 1, -0.5, -1), colors.fill);
        painter.setPen(QPen(colors.border, 1));
        painter.drawLine(QPointF(left, row.top()), QPointF(left, row.bottom()));
        painter.drawLine(QPointF(right, row.top()), QPointF(right, row.bottom()));
        // Centred in the part of the box that is in view.
        const QRectF seen = box.intersected(area.rect).adjusted(2, 0, -2, 0);
        const auto text = QString::fromStdString(label->text).simplified();
        const double width = metrics.horizontalAdvance(text);
        painter.setPen(colors.text);
        if (label->end <= label->start)
            painter.drawText(QPointF(left + 3, row.center().y() + metrics.ascent() / 2 - 1), text);
        else if (width <= seen.width())
            painter.drawText(seen, Qt::AlignCenter, text);
    }
}

} // namespace

void paintLabels(QPainter& painter, const PlotArea& area, std::span<const LabelTier> tiers,
                 const QFont& font, const LabelColors& colors)
{
    if (tiers.empty() || !(area.time.length() > 0))
        return;
    painter.save();
    painter.setFont(font);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QFontMetricsF metrics(font, painter.device());
    const double height = area.rect.height() / double(tiers.size());
    for (std::size_t i = 0; i < tiers.size(); ++i) {
        const QRectF row(area.rect.left(), area.rect.top() + double(i) * height, area.rect.width(),
                         height);
        paintTier(painter, area, row, tiers[i], metrics, colors);
        if (i > 0) {
            painter.setPen(QPen(colors.border, 1));
            painter.drawLine(row.topLeft(), row.topRight());
        }
    }
    painter.restore();
}

std::optional<std::size_t> tierAt(const PlotArea& area, std::size_t tiers, double py)
{
    const double place = (py - area.rect.top()) / area.rect.height() * double(tiers);
    if (!(place >= 0) || place >= double(tiers))
        return std::nullopt;
    return std::size_t(place);
}

const Label* labelAt(const LabelTier& tier, double seconds)
{
    const auto next = std::ranges::upper_bound(tier.labels, seconds, {}, &Label::start);
    if (next == tier.labels.begin())
        return nullptr;
    const Label& label = *std::prev(next);
    return seconds < label.end || label.start == label.end ? &label : nullptr;
}

} // namespace phono
