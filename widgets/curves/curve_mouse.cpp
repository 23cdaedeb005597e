#include "widgets/curves/curve_mouse.h"

#include "widgets/curves/curve_grid.h"

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kLeastDrag = 6; ///< pixels that are no mere click

} // namespace

CurveMouse::CurveMouse(CurveGrid& grid)
    : m_grid(grid)
{
}

bool CurveMouse::eventFilter(QObject*, QEvent* event)
{
    switch (event->type()) {
    case QEvent::MouseButtonPress:
        press(static_cast<QMouseEvent&>(*event));
        return true;
    case QEvent::MouseMove:
        move(static_cast<QMouseEvent&>(*event));
        return true;
    case QEvent::MouseButtonRelease:
        release(static_cast<QMouseEvent&>(*event));
        return true;
    case QEvent::MouseButtonDblClick:
        m_grid.fit();
        return true;
    case QEvent::Wheel:
        return wheel(static_cast<QWheelEvent&>(*event));
    case QEvent::Leave:
        if (m_drag == Drag::None)
            m_grid.setPointer(std::nullopt);
        return false;
    case QEvent::ContextMenu:
        Q_EMIT m_grid.contextMenuRequested(static_cast<QContextMenuEvent&>(*event).globalPos());
        return true;
    default:
        return false;
    }
}

void CurveMouse::press(QMouseEvent& event)
{
    m_grid.setFocus(Qt::MouseFocusReason);
    m_start = m_last = event.position().toPoint();
    m_pane = m_grid.paneAt(m_start);
    m_drag = Drag::None;
    if (!m_pane)
        return;
    const bool left = event.button() == Qt::LeftButton;
    if (event.button() == Qt::MiddleButton
        || (left && event.modifiers().testFlag(Qt::AltModifier))) {
        m_drag = Drag::Pan;
        m_grid.plot().setCursor(Qt::ClosedHandCursor);
    } else if (left) {
        m_drag = Drag::Band;
    }
}

void CurveMouse::move(QMouseEvent& event)
{
    const QPoint point = event.position().toPoint();
    if (m_drag == Drag::Pan) {
        const int width = m_pane->plotRect().width();
        m_grid.scroll(double(m_last.x() - point.x()) / std::max(1, width));
    } else if (m_drag == Drag::Band) {
        const QRect plot = m_pane->plotRect();
        QRect band = QRect(m_start, point).normalized() & plot;
        const bool wide = std::abs(point.x() - m_start.x()) >= kLeastDrag;
        const bool high = std::abs(point.y() - m_start.y()) >= 4 * kLeastDrag;
        // A drag along one axis zooms that axis alone.
        if (wide && !high) {
            band.setTop(plot.top());
            band.setBottom(plot.bottom());
        } else if (high && !wide) {
            band.setLeft(plot.left());
            band.setRight(plot.right());
        }
        m_grid.setRubberBand(wide || high ? band : QRect());
    }
    m_last = point;
    m_grid.setPointer(point);
}

void CurveMouse::release(QMouseEvent&)
{
    if (m_drag == Drag::Band && !m_grid.rubberBand().isNull())
        zoomToBand();
    m_grid.setRubberBand({});
    m_grid.plot().unsetCursor();
    m_drag = Drag::None;
}

void CurveMouse::zoomToBand()
{
    const QRect band = m_grid.rubberBand();
    const CurveArea area = m_pane->area();
    const QRect plot = m_pane->plotRect();
    if (band.height() < plot.height()) {
        m_pane->setValueRange(
            CurveScale{area.valueAt(band.bottom() + 1), area.valueAt(band.top()), area.y.log});
        m_grid.repaintPlots();
    }
    if (band.width() < plot.width())
        m_grid.setView(
            CurveScale{area.keyAt(band.left()), area.keyAt(band.right() + 1), area.x.log});
}

bool CurveMouse::wheel(QWheelEvent& event)
{
    const QPoint point = event.position().toPoint();
    const CurvePane* pane = m_grid.paneAt(point);
    if (!pane)
        return false;
    const QPoint turned = event.angleDelta();
    const double steps =
        (std::abs(turned.y()) >= std::abs(turned.x()) ? turned.y() : turned.x()) / 120.0;
    if (event.modifiers().testFlag(Qt::ControlModifier)) {
        const QRect plot = pane->plotRect();
        const double around =
            std::clamp(double(point.x() - plot.left()) / std::max(1, plot.width()), 0.0, 1.0);
        m_grid.zoom(std::pow(0.8, steps), around);
    } else if (m_grid.zoomed()) {
        m_grid.scroll(-0.1 * steps);
    } else {
        event.ignore();
        return false;
    }
    event.accept();
    return true;
}

} // namespace phono
