#include "widgets/inspect/pane_overlay.h"

#include "core/base/sample_source.h"
#include "widgets/document.h"
#include "widgets/inspect/pane_stack.h"
#include "widgets/inspect/ruler_pane.h"
#include "widgets/plot/painted_plottable.h"
#include "widgets/plot/two_tone_line.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

QFont titleFont(const PaneStack& stack)
{
    QFont font = stack.font();
    font.setWeight(QFont::DemiBold);
    return font;
}

QString percent(double fraction)
{
    return QStringLiteral("%1 %").arg(int(std::clamp(fraction, 0.0, 1.0) * 100));
}

} // namespace

PaneOverlay::PaneOverlay(PaneStack& stack)
    : m_stack(stack)
{
    // The plot owns it.
    new PaintedOverlay(&stack.plot(), QStringLiteral("cursor"),
                       [this](QPainter& painter) { paint(painter); });
}

QRect PaneOverlay::titleRect(const PaneStack& stack, const Pane& pane)
{
    const QFontMetrics metrics(titleFont(stack));
    const QRect header = pane.headerRect();
    const int arrow = pane.hasMenu() && !stack.exporting() ? 14 : 0;
    return {header.left() - 4, header.top() + 2,
            metrics.horizontalAdvance(pane.title()) + 8 + arrow, header.height() - 4};
}

QRect PaneOverlay::closeRect(const Pane& pane)
{
    const QRect header = pane.headerRect();
    return {header.right() - 15, header.top() + 2, 16, 16};
}

QRect PaneOverlay::windowRect(const PaneStack& stack)
{
    const Pane* overview = stack.pane(QStringLiteral("overview"));
    if (!overview || !(stack.timeAxis().duration() > 0))
        return {};
    const PlotArea area = overview->area();
    const TimeRange visible = stack.timeAxis().visible();
    const double left = area.x(visible.start);
    // An hour at the closest look is a fraction of a pixel: keep something to take hold of.
    const double width = std::max(6.0, area.x(visible.end) - left);
    return QRectF(left, area.rect.top(), width, area.rect.height()).toRect();
}

void PaneOverlay::paint(QPainter& painter) const
{
    m_theme = Theme::of(m_stack.palette());
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setClipping(false);
    for (const auto& pane : m_stack.panes()) {
        if (!pane->title().isEmpty() && pane->followsTime())
            paintHeader(painter, *pane);
        if (const auto* ruler = qobject_cast<const RulerPane*>(pane.get())) {
            ruler->paintUnits(painter);
            continue;
        }
        painter.save();
        painter.setClipRect(pane->plotRect());
        paintHint(painter, *pane);
        paintSelection(painter, *pane);
        paintLines(painter, *pane);
        painter.restore();
    }
    paintWindow(painter);
    if (!m_stack.exporting())
        paintBracket(painter);
}

void PaneOverlay::paintHeader(QPainter& painter, const Pane& pane) const
{
    const QRect header = pane.headerRect();
    const QRect title = titleRect(m_stack, pane);
    const auto pointer = m_stack.exporting() ? std::nullopt : m_stack.pointer();
    const bool menu = pane.hasMenu() && !m_stack.exporting();
    if (menu && pointer && title.contains(*pointer)) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.grid);
        painter.drawRoundedRect(title, 3, 3);
    }
    painter.setPen(m_theme.text);
    painter.setFont(titleFont(m_stack));
    painter.drawText(title.adjusted(4, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, pane.title());
    if (menu) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(m_theme.muted, 1.3));
        const QPointF tip(title.right() - 7.5, title.center().y() + 2.5);
        painter.drawPolyline(QPolygonF{tip + QPointF(-3, -3), tip, tip + QPointF(3, -3)});
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    painter.setFont(m_stack.font());
    painter.setPen(m_theme.muted);
    const QRect rest(title.right() + 8, header.top(), header.right() - title.right() - 28,
                     header.height());
    painter.drawText(
        rest, Qt::AlignVCenter | Qt::AlignLeft,
        painter.fontMetrics().elidedText(pane.subtitle(), Qt::ElideRight, rest.width()));
    if (pane.removable() && pointer && (header | pane.plotRect()).contains(*pointer)) {
        const QRectF cross = QRectF(closeRect(pane)).adjusted(4.5, 4.5, -4.5, -4.5);
        const bool hot = closeRect(pane).contains(*pointer);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(hot ? m_theme.text : m_theme.muted, 1.3));
        painter.drawLine(cross.topLeft(), cross.bottomRight());
        painter.drawLine(cross.topRight(), cross.bottomLeft());
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    const QRect bar = pane.colorBarRect();
    painter.drawText(QRect(bar.left(), header.top(), bar.width(), header.height()),
                     Qt::AlignVCenter | Qt::AlignLeft, bar.isNull() ? QString() : pane.unit());
    if (const auto activity = m_stack.activity(pane.id())) {
        painter.setPen(m_theme.accent);
        painter.drawText(
            rest, Qt::AlignVCenter | Qt::AlignRight,
            QStringLiteral("%1 · %2").arg(activity->stage, percent(activity->fraction)));
        const QRect plot = pane.plotRect();
        const int done = int(plot.width() * std::clamp(activity->fraction, 0.0, 1.0));
        painter.fillRect(QRect(plot.left(), plot.top() - 2, done, 2), m_theme.accent);
    }
}

void PaneOverlay::paintHint(QPainter& painter, const Pane& pane) const
{
    const QString hint = pane.hint();
    if (hint.isEmpty() || m_stack.activity(pane.id()))
        return;
    painter.setFont(m_stack.font());
    painter.setPen(m_theme.muted);
    painter.drawText(pane.plotRect().adjusted(12, 4, -12, -4), Qt::AlignCenter | Qt::TextWordWrap,
                     hint);
}

void PaneOverlay::paintWindow(QPainter& painter) const
{
    const Pane* overview = m_stack.pane(QStringLiteral("overview"));
    const QRect window = windowRect(m_stack);
    if (!overview || window.isNull())
        return;
    const QRect plot = overview->plotRect();
    QColor veil = m_theme.panel;
    veil.setAlpha(m_theme.dark ? 150 : 165);
    painter.fillRect(QRect(plot.left(), plot.top(), window.left() - plot.left(), plot.height()),
                     veil);
    painter.fillRect(
        QRect(window.right() + 1, plot.top(), plot.right() - window.right(), plot.height()), veil);
    QColor fill = m_theme.accent;
    fill.setAlpha(28);
    painter.fillRect(window, fill);
    painter.setPen(QPen(m_theme.accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(window.adjusted(0, 0, -1, -1));
    if (m_stack.exporting())
        return;
    // Handles, where the window can be made longer and shorter.
    const int middle = window.center().y();
    painter.fillRect(QRect(window.left() - 1, middle - 6, 3, 12), m_theme.accent);
    painter.fillRect(QRect(window.right() - 1, middle - 6, 3, 12), m_theme.accent);
}

void PaneOverlay::paintSelection(QPainter& painter, const Pane& pane) const
{
    const auto selection = m_stack.timeAxis().selection();
    if (!selection)
        return;
    const PlotArea area = pane.area();
    const QRectF box(area.x(selection->start), area.rect.top(),
                     std::max(1.0, area.x(selection->end) - area.x(selection->start)),
                     area.rect.height());
    QColor fill = m_theme.accent;
    // Colours that are data must stay readable.
    fill.setAlpha(pane.unit().isEmpty() ? 46 : 26);
    painter.fillRect(box, fill);
    painter.setPen(QPen(m_theme.accent, 1));
    painter.drawLine(box.topLeft(), box.bottomLeft());
    painter.drawLine(box.topRight(), box.bottomRight());
}

void PaneOverlay::paintLines(QPainter& painter, const Pane& pane) const
{
    const PlotArea area = pane.area();
    const auto& time = m_stack.timeAxis();
    if (time.cursor())
        paintTwoToneLine(painter, area.x(*time.cursor()), pane.plotRect(),
                         QColor(0x1B, 0x1F, 0x24));
    if (time.playHead())
        paintTwoToneLine(painter, area.x(*time.playHead()), pane.plotRect(),
                         QColor(0xD0, 0x2F, 0x2F));
    // A faint hair under the pointer ties all panes together.
    const auto& readout = m_stack.readout();
    if (readout.time && !m_stack.exporting()) {
        const double x = std::floor(area.x(*readout.time)) + 0.5;
        painter.setPen(QPen(QColor(128, 134, 142, 150), 1, Qt::DotLine));
        painter.drawLine(QPointF(x, area.rect.top()), QPointF(x, area.rect.bottom()));
    }
}

void PaneOverlay::paintBracket(QPainter& painter) const
{
    const auto seen = m_stack.readout().seen;
    const Pane* waveform = m_stack.pane(QStringLiteral("waveform"));
    if (!seen || !waveform)
        return;
    const PlotArea area = waveform->area();
    const double left = area.x(seen->start);
    const double right = std::max(left + 2, area.x(seen->end));
    painter.save();
    painter.setClipRect(waveform->plotRect());
    QColor fill = m_theme.warning;
    fill.setAlpha(m_theme.dark ? 60 : 48);
    painter.fillRect(QRectF(left, area.rect.top(), right - left, area.rect.height()), fill);
    painter.setPen(QPen(m_theme.warning, 2));
    const double top = area.rect.top() + 2;
    painter.drawPolyline(QPolygonF{QPointF(left, top + 8), QPointF(left, top), QPointF(right, top),
                                   QPointF(right, top + 8)});
    const auto samples = std::llround(seen->length() * kModelRate);
    const QString text = QStringLiteral("%1 sees %2 samples · %3 ms")
                             .arg(m_stack.readout().pane)
                             .arg(samples)
                             .arg(seen->length() * 1000, 0, 'f', 2);
    painter.setFont(m_stack.font());
    const QFontMetricsF metrics(painter.font(), painter.device());
    const double width = metrics.horizontalAdvance(text) + 12;
    double x = right + 6;
    if (x + width > area.rect.right())
        x = std::max(area.rect.left(), left - width - 6);
    const QRectF box(x, top, width, metrics.height() + 4);
    QColor plate = m_theme.panel;
    plate.setAlpha(225);
    painter.setPen(Qt::NoPen);
    painter.setBrush(plate);
    painter.drawRoundedRect(box, 3, 3);
    painter.setPen(m_theme.warning);
    painter.drawText(box, Qt::AlignCenter, text);
    painter.restore();
}

} // namespace phono
