#include "widgets/curves/curve_overlay.h"

#include "widgets/curves/curve_grid.h"
#include "widgets/curves/curve_ticks.h"
#include "widgets/plot/painted_plottable.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kSample = 26; ///< length of a line in a legend

QString tr(const char* text)
{
    return QCoreApplication::translate("Curves", text);
}

void paintSample(QPainter& painter, const CurveEntry& entry, QPointF left, const QColor& background)
{
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF right = left + QPointF(kSample, 0);
    painter.setPen(QPen(entry.style.color, entry.marked ? 1.2 : 1.7, Qt::SolidLine, Qt::FlatCap));
    const std::array ends = {left, right};
    if (entry.marked) {
        painter.drawLine(left, right);
        painter.setPen(QPen(entry.style.color, 1.4));
        painter.setBrush(background);
        paintMarker(painter, (left + right) / 2, entry.style.marker, 3);
        painter.setBrush(Qt::NoBrush);
    } else {
        paintDashed(painter, ends, entry.style.dashes);
    }
}

/// Where a box at the height `top` hides no curve: at the right edge, or else at the left one.
QPointF freeEdge(const CurvePane& pane, const CurveArea& area, QSizeF size, double top)
{
    const auto crossed = [&](double left) {
        constexpr int kLooks = 6;
        for (int i = 0; i <= kLooks; ++i) {
            for (const auto& reading :
                 pane.readingsAt(area.keyAt(left + size.width() * i / kLooks))) {
                const double y = area.yOf(reading.smoothed);
                if (y > top - 2 && y < top + size.height() + 2)
                    return true;
            }
        }
        return false;
    };
    const double right = area.rect.right() - size.width() - 4, left = area.rect.left() + 4;
    return {crossed(right) && !crossed(left) ? left : right, top};
}

} // namespace

CurveOverlay::CurveOverlay(CurveGrid& grid)
    : m_grid(grid)
{
    // The plot owns it.
    new PaintedOverlay(&grid.plot(), QStringLiteral("cursor"),
                       [this](QPainter& painter) { paint(painter); });
}

void CurveOverlay::paint(QPainter& painter) const
{
    m_theme = Theme::of(m_grid.palette());
    painter.setClipping(false);
    const auto key = m_grid.exporting() ? std::nullopt : m_grid.pointerKey();
    const CurvePane* under = key ? m_grid.paneAt(*m_grid.pointer()) : nullptr;
    for (const auto& pane : m_grid.panes()) {
        if (!m_grid.isShown(*pane))
            continue;
        paintHeader(painter, *pane);
        painter.save();
        painter.setClipRect(pane->plotRect());
        paintHint(painter, *pane);
        paintReferences(painter, *pane);
        if (key && m_grid.rubberBand().isNull())
            paintCursor(painter, *pane, *key);
        painter.restore();
    }
    paintRubberBand(painter);
    if (under && m_grid.rubberBand().isNull())
        paintReadout(painter, *under, *key);
}

void CurveOverlay::paintHeader(QPainter& painter, const CurvePane& pane) const
{
    const QRect header = pane.headerRect();
    QFont bold = m_grid.font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(m_theme.text);
    const QString title = pane.what().title;
    const int width = painter.fontMetrics().horizontalAdvance(title);
    painter.drawText(header, Qt::AlignVCenter | Qt::AlignLeft, title);
    painter.setFont(m_grid.font());
    painter.setPen(m_theme.muted);
    QRect rest = header.adjusted(width + 8, 0, 0, 0);
    const QString unit =
        pane.what().unit.isEmpty() ? QString() : QStringLiteral("(%1)").arg(pane.what().unit);
    painter.drawText(rest, Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(unit, Qt::ElideRight, rest.width()));
    rest.adjust(painter.fontMetrics().horizontalAdvance(unit) + 16, 0, 0, 0);
    paintLegend(painter, pane, rest);
}

void CurveOverlay::paintLegend(QPainter& painter, const CurvePane& pane, QRect room) const
{
    if (pane.entries().empty())
        return;
    if (pane.what().legend == CurvePlot::Legend::Lines)
        paintLines(painter, pane, room);
    else if (pane.what().legend == CurvePlot::Legend::Names)
        paintNames(painter, pane, room);
}

void CurveOverlay::paintLines(QPainter& painter, const CurvePane& pane, QRect room) const
{
    constexpr int kGap = 14, kMostName = 190;
    const QFontMetrics metrics = painter.fontMetrics();
    struct Item {
        CurveEntry entry;
        QString text;
        int width = 0;
    };
    std::vector<Item> items;
    const auto add = [&](const CurveEntry& entry, const QString& name) {
        const QString text = metrics.elidedText(name, Qt::ElideMiddle, kMostName);
        items.push_back({entry, text, kSample + 6 + metrics.horizontalAdvance(text) + kGap});
    };
    // One item for each run; what markers mean is the same for all.
    const CurveEntry* marked = nullptr;
    for (const CurveEntry& entry : pane.entries()) {
        if (entry.marked)
            marked = &entry;
        else
            add(entry, entry.name);
    }
    const int more = metrics.horizontalAdvance(QStringLiteral("+ 99")) + kGap;
    if (room.width() < more)
        return;
    const std::size_t runs = items.size();
    int used = 0;
    if (marked) {
        CurveEntry any = *marked;
        any.style = {m_theme.muted, {}, CurveMarker::Circle};
        add(any, marked->detail);
        used = items.back().width;
        if (used + more > room.width()) {
            items.pop_back();
            used = 0;
        }
    }
    std::size_t shown = 0;
    while (shown < runs && used + items[shown].width + more <= room.width())
        used += items[shown++].width;
    const QString left = shown < runs ? QStringLiteral("+ %1").arg(runs - shown) : QString();
    int x = room.right() - used - (left.isEmpty() ? 0 : more) + kGap;
    const auto paintItem = [&](const Item& item) {
        paintSample(painter, item.entry, QPointF(x, room.center().y() + 0.5), m_theme.panel);
        painter.setPen(m_theme.text);
        painter.drawText(QRect(x + kSample + 6, room.top(), item.width, room.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, item.text);
        x += item.width;
    };
    for (std::size_t i = 0; i < shown; ++i)
        paintItem(items[i]);
    if (!left.isEmpty()) {
        painter.setPen(m_theme.muted);
        painter.drawText(QRect(x, room.top(), more, room.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, left);
        x += more;
    }
    if (items.size() > runs)
        paintItem(items.back());
}

void CurveOverlay::paintNames(QPainter& painter, const CurvePane& pane, QRect room) const
{
    constexpr int kGap = 7;
    const QFontMetrics metrics = painter.fontMetrics();
    const auto& entries = pane.entries();
    int all = 0;
    for (const CurveEntry& entry : entries)
        all += metrics.horizontalAdvance(entry.name) + kGap;
    // The first and the last one say enough of what lies between.
    const bool fits = all <= room.width();
    int right = room.right();
    const auto paintName = [&](const QString& name, const QColor& color) {
        const int width = metrics.horizontalAdvance(name);
        painter.setPen(color);
        painter.drawText(QRect(right - width, room.top(), width + 1, room.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, name);
        right -= width + kGap;
    };
    for (std::size_t i = entries.size(); i-- > 0;) {
        if (fits || i == 0 || i + 1 == entries.size())
            paintName(entries[i].name, entries[i].style.color);
        else if (i == 1)
            paintName(QStringLiteral("…"), m_theme.muted);
    }
}

void CurveOverlay::paintHint(QPainter& painter, const CurvePane& pane) const
{
    const bool any = std::ranges::any_of(
        pane.entries(), [](const CurveEntry& entry) { return entry.series->values.size() > 0; });
    if (any)
        return;
    painter.setPen(m_theme.muted);
    painter.setFont(m_grid.font());
    painter.drawText(pane.plotRect().adjusted(12, 4, -12, -4), Qt::AlignCenter | Qt::TextWordWrap,
                     pane.what().hint);
}

void CurveOverlay::paintReferences(QPainter& painter, const CurvePane& pane) const
{
    if (pane.entries().empty())
        return;
    const CurveArea area = pane.area();
    painter.setFont(smallFont(m_grid.font()));
    const int height = painter.fontMetrics().height();
    double lastTop = 1e9;
    auto references = pane.references();
    std::ranges::sort(references, {}, &CurveReference::value);
    for (const CurveReference& reference : references) {
        double y = area.yOf(reference.value);
        QString text = reference.label;
        // Levels out of view are named at the edge behind which they lie.
        if (y < area.rect.top()) {
            y = area.rect.top() + height;
            text.prepend(QStringLiteral("↑ "));
        } else if (y > area.rect.bottom()) {
            y = area.rect.bottom();
            text.prepend(QStringLiteral("↓ "));
        }
        double top = std::max(area.rect.top() + 1, y - height - 1);
        top = std::min(top, lastTop - height);
        lastTop = top;
        const int width = painter.fontMetrics().horizontalAdvance(text);
        const QRectF box(freeEdge(pane, area, QSizeF(width + 4, height), top),
                         QSizeF(width + 4, height));
        QColor veil = m_theme.plot;
        veil.setAlpha(200);
        painter.fillRect(box, veil);
        painter.setPen(m_theme.muted);
        painter.drawText(box, Qt::AlignCenter, text);
    }
}

void CurveOverlay::paintCursor(QPainter& painter, const CurvePane& pane, double key) const
{
    const CurveArea area = pane.area();
    const double x = std::floor(area.xOf(key)) + 0.5;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(m_theme.muted, 1));
    painter.drawLine(QPointF(x, area.rect.top()), QPointF(x, area.rect.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (const CurveReading& reading : pane.readingsAt(key)) {
        const double y = area.yOf(reading.smoothed);
        if (!std::isfinite(y))
            continue;
        painter.setPen(QPen(m_theme.plot, 1));
        painter.setBrush(reading.entry->style.color);
        painter.drawEllipse(QPointF(area.xOf(reading.key), y), 3.4, 3.4);
    }
    painter.setBrush(Qt::NoBrush);
}

void CurveOverlay::paintReadout(QPainter& painter, const CurvePane& pane, double key) const
{
    const auto readings = pane.readingsAt(key);
    if (readings.empty())
        return;
    const bool smooth = pane.what().smoothed && m_grid.settings().smoothing > 0;
    painter.setFont(m_grid.font());
    const QFontMetrics names = painter.fontMetrics();
    const QFont figures = tabularFont(m_grid.font());
    const QFontMetrics values(figures);
    // One row for each curve: sample, name, value, smoothed value.
    constexpr int kPad = 8, kGap = 12, kMostRows = 16, kMostName = 200;
    const int count = std::min(kMostRows, int(readings.size()));
    const int row = std::max(names.height(), values.height()) + 2;
    const QString head = axisText(m_grid.settings().axis, readings.front().key);
    const QString second = tr("smoothed");
    int nameWidth = 0, valueWidth = smooth ? names.horizontalAdvance(tr("value")) : 0;
    const auto nameOf = [&](const CurveEntry& entry) {
        const QString name = entry.detail.isEmpty()
            ? entry.name
            : QStringLiteral("%1 %2").arg(entry.name, entry.detail);
        return names.elidedText(name, Qt::ElideMiddle, kMostName);
    };
    for (int i = 0; i < count; ++i) {
        nameWidth =
            std::max(nameWidth, names.horizontalAdvance(nameOf(*readings[std::size_t(i)].entry)));
        valueWidth = std::max(valueWidth,
                              values.horizontalAdvance(valueText(readings[std::size_t(i)].value)));
    }
    const int smoothWidth =
        smooth ? std::max(names.horizontalAdvance(second), valueWidth) + kGap : 0;
    const int width = std::max(kSample + 8 + nameWidth + kGap + valueWidth + smoothWidth,
                               names.horizontalAdvance(head) + smoothWidth + valueWidth + kGap)
        + 2 * kPad;
    const QRect plot = pane.plotRect();
    QRect box(0, 0, width, (count + 1) * row + 2 * kPad - 4);
    const QPoint pointer = *m_grid.pointer();
    box.moveTopLeft(pointer + QPoint(16, 12));
    if (box.right() > m_grid.plot().width() - 4)
        box.moveRight(pointer.x() - 14);
    if (box.bottom() > std::max(plot.bottom(), m_grid.plot().height() - 4))
        box.moveBottom(std::max(box.height() + 2, pointer.y() - 10));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme.border, 1));
    QColor back = m_theme.panel;
    back.setAlpha(240);
    painter.setBrush(back);
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setBrush(Qt::NoBrush);

    QRect line(box.left() + kPad, box.top() + kPad - 2, width - 2 * kPad, row);
    painter.setPen(m_theme.text);
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, head);
    painter.setPen(m_theme.muted);
    if (smooth) {
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, second);
        painter.drawText(line.adjusted(0, 0, -smoothWidth, 0), Qt::AlignVCenter | Qt::AlignRight,
                         tr("value"));
    }
    for (int i = 0; i < count; ++i) {
        const CurveReading& reading = readings[std::size_t(i)];
        line.translate(0, row);
        paintSample(painter, *reading.entry, QPointF(line.left(), line.center().y() + 0.5),
                    m_theme.panel);
        painter.setPen(m_theme.text);
        painter.setFont(m_grid.font());
        painter.drawText(line.adjusted(kSample + 8, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         nameOf(*reading.entry));
        painter.setFont(figures);
        painter.drawText(line.adjusted(0, 0, -smoothWidth, 0), Qt::AlignVCenter | Qt::AlignRight,
                         valueText(reading.value));
        if (smooth && !reading.entry->marked)
            painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, valueText(reading.smoothed));
    }
}

void CurveOverlay::paintRubberBand(QPainter& painter) const
{
    if (m_grid.rubberBand().isNull())
        return;
    QColor fill = m_theme.accent;
    fill.setAlpha(36);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(m_theme.accent, 1));
    painter.setBrush(fill);
    painter.drawRect(QRectF(m_grid.rubberBand()).adjusted(0.5, 0.5, -0.5, -0.5));
    painter.setBrush(Qt::NoBrush);
}

} // namespace phono
