#include "widgets/inspect/pane_mouse.h"

#include "widgets/document.h"
#include "widgets/inspect/labels_pane.h"
#include "widgets/inspect/pane_overlay.h"
#include "widgets/inspect/pane_stack.h"

#include <QMouseEvent>
#include <QWheelEvent>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

constexpr int kGrip = 4; ///< pixels on both sides of an edge that take hold of it

bool draggable(const Pane& pane)
{
    return pane.fixedHeight() == 0;
}

} // namespace

PaneMouse::PaneMouse(PaneStack& stack)
    : m_stack(stack)
{
}

bool PaneMouse::eventFilter(QObject*, QEvent* event)
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
        doubleClick(static_cast<QMouseEvent&>(*event));
        return true;
    case QEvent::Wheel:
        wheel(static_cast<QWheelEvent&>(*event));
        return true;
    case QEvent::Leave:
        if (m_drag == Drag::None)
            m_stack.setPointer(std::nullopt);
        return false;
    case QEvent::ContextMenu:
        Q_EMIT m_stack.contextMenuRequested(static_cast<QContextMenuEvent&>(*event).globalPos());
        return true;
    default:
        return false;
    }
}

double PaneMouse::timeAt(QPoint point) const
{
    // All panes but the overview share their edges.
    for (const auto& pane : m_stack.panes()) {
        if (pane->followsTime())
            return std::clamp(pane->area().timeAt(point.x()), 0.0, m_stack.timeAxis().duration());
    }
    return 0;
}

Pane* PaneMouse::dividerAt(QPoint point) const
{
    const Pane* above = nullptr;
    for (const auto& pane : m_stack.panes()) {
        const QRect header = pane->headerRect();
        const bool near = std::abs(point.y() - header.top()) <= kGrip && point.x() >= header.left()
            && point.x() <= header.right();
        if (near && above && draggable(*pane) && draggable(*above))
            return pane.get();
        above = pane.get();
    }
    return nullptr;
}

void PaneMouse::press(QMouseEvent& event)
{
    m_stack.setFocus(Qt::MouseFocusReason);
    const QPoint point = event.position().toPoint();
    m_stack.setPointer(point);
    m_start = m_last = point;
    m_startView = m_stack.timeAxis().visible();
    m_pane = m_stack.paneAt(point);
    m_drag = Drag::None;
    if (event.button() == Qt::MiddleButton
        || (event.button() == Qt::LeftButton && event.modifiers().testFlag(Qt::AltModifier))) {
        m_drag = Drag::Pan;
        m_stack.plot().setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (event.button() != Qt::LeftButton)
        return;
    if (Pane* lower = dividerAt(point)) {
        m_pane = lower;
        m_drag = Drag::Divider;
    } else if (m_pane && !m_pane->followsTime()) {
        pressOverview(*m_pane, point);
    } else if (m_pane) {
        m_drag = Drag::Click;
        const auto selection = m_stack.timeAxis().selection();
        m_anchor = timeAt(point);
        if (event.modifiers().testFlag(Qt::ShiftModifier)) {
            // Extends what is there, from its far end.
            if (selection)
                m_anchor =
                    std::abs(selection->start - m_anchor) > std::abs(selection->end - m_anchor)
                    ? selection->start
                    : selection->end;
            else if (m_stack.timeAxis().cursor())
                m_anchor = *m_stack.timeAxis().cursor();
        }
    }
}

void PaneMouse::pressOverview(const Pane& overview, QPoint point)
{
    const QRect window = PaneOverlay::windowRect(m_stack);
    if (std::abs(point.x() - window.left()) <= kGrip) {
        m_drag = Drag::WindowStart;
    } else if (std::abs(point.x() - window.right()) <= kGrip) {
        m_drag = Drag::WindowEnd;
    } else {
        m_drag = Drag::Window;
        if (!window.contains(point)) {
            const double at = overview.area().timeAt(point.x());
            const double half = m_startView.length() / 2;
            m_stack.timeAxis().setVisible({at - half, at + half});
            m_startView = m_stack.timeAxis().visible();
        }
    }
}

void PaneMouse::dragWindow(QPoint point)
{
    const Pane* overview = m_stack.pane(QStringLiteral("overview"));
    if (!overview)
        return;
    const PlotArea area = overview->area();
    const double by = area.timeAt(point.x()) - area.timeAt(m_start.x());
    TimeRange view = m_startView;
    if (m_drag != Drag::WindowEnd)
        view.start += by;
    if (m_drag != Drag::WindowStart)
        view.end += by;
    m_stack.timeAxis().setVisible(view);
}

void PaneMouse::move(QMouseEvent& event)
{
    const QPoint point = event.position().toPoint();
    auto& time = m_stack.timeAxis();
    constexpr int kSlack = 3;
    if (m_drag == Drag::Click && m_pane && m_pane->plotRect().contains(m_start)
        && std::abs(point.x() - m_start.x()) > kSlack)
        m_drag = Drag::Select;
    switch (m_drag) {
    case Drag::Select:
        time.setSelection(TimeRange{m_anchor, timeAt(point)});
        break;
    case Drag::Pan: {
        const double width =
            m_stack.panes().empty() ? 1 : m_stack.panes().back()->plotRect().width();
        const double perPixel = m_startView.length() / std::max(1.0, width);
        const double by = (m_start.x() - point.x()) * perPixel;
        time.setVisible({m_startView.start + by, m_startView.end + by});
        break;
    }
    case Drag::Window:
    case Drag::WindowStart:
    case Drag::WindowEnd:
        dragWindow(point);
        break;
    case Drag::Divider:
        if (m_pane)
            m_stack.resizePane(*m_pane, point.y() - m_last.y());
        break;
    case Drag::Click:
    case Drag::None:
        showCursor(point);
        break;
    }
    m_last = point;
    m_stack.setPointer(point);
}

void PaneMouse::showCursor(QPoint point)
{
    Qt::CursorShape shape = Qt::ArrowCursor;
    const Pane* pane = m_stack.paneAt(point);
    if (dividerAt(point)) {
        shape = Qt::SplitVCursor;
    } else if (pane && pane->plotRect().contains(point)) {
        const QRect window = PaneOverlay::windowRect(m_stack);
        const bool edge = std::abs(point.x() - window.left()) <= kGrip
            || std::abs(point.x() - window.right()) <= kGrip;
        if (!pane->followsTime())
            shape = edge ? Qt::SizeHorCursor : Qt::OpenHandCursor;
        else
            shape = pane->offers() ? Qt::PointingHandCursor : Qt::CrossCursor;
    } else if (pane) {
        shape = Qt::PointingHandCursor;
    }
    if (m_stack.plot().cursor().shape() != shape)
        m_stack.plot().setCursor(shape);
}

void PaneMouse::release(QMouseEvent& event)
{
    const QPoint point = event.position().toPoint();
    const Drag ended = std::exchange(m_drag, Drag::None);
    if (ended == Drag::Click)
        click(point, event.modifiers());
    showCursor(point);
}

void PaneMouse::click(QPoint point, Qt::KeyboardModifiers modifiers)
{
    const Pane* pane = m_stack.paneAt(point);
    if (!pane)
        return;
    if (pane->removable() && PaneOverlay::closeRect(*pane).contains(point)) {
        auto settings = m_stack.settings();
        if (pane->id() == QLatin1String("waveform"))
            settings.waveform = false;
        else if (pane->id() == QLatin1String("spectrogram"))
            settings.spectrogram = false;
        else if (pane->id() == QLatin1String("labels"))
            settings.labels = false;
        settings.features.removeAll(pane->id());
        m_stack.setSettings(settings);
        return;
    }
    const bool onTitle = PaneOverlay::titleRect(m_stack, *pane).contains(point);
    if (pane->hasMenu() && (onTitle || pane->colorBarRect().contains(point))) {
        Q_EMIT m_stack.paneMenuRequested(pane->id(), m_stack.plot().mapToGlobal(point));
        return;
    }
    if (!pane->plotRect().contains(point))
        return;
    if (pane->offers()) {
        Q_EMIT m_stack.hintClicked(pane->id());
        return;
    }
    if (modifiers.testFlag(Qt::ShiftModifier)) {
        m_stack.timeAxis().setSelection(TimeRange{m_anchor, timeAt(point)});
        return;
    }
    m_stack.timeAxis().setSelection(std::nullopt);
    m_stack.timeAxis().setCursor(timeAt(point));
    const auto& readout = m_stack.readout();
    if (readout.frame && readout.dimension)
        m_stack.setCurrentCell({readout.pane, *readout.dimension});
}

void PaneMouse::doubleClick(QMouseEvent& event)
{
    const QPoint point = event.position().toPoint();
    Pane* pane = m_stack.paneAt(point);
    m_drag = Drag::None;
    if (!pane || event.button() != Qt::LeftButton)
        return;
    if (!pane->followsTime()) {
        m_stack.timeAxis().fit();
    } else if (!pane->plotRect().contains(point)) {
        pane->resetValues();
    } else if (const auto* labels = qobject_cast<const LabelsPane*>(pane)) {
        if (const auto range = labels->labelRangeAt(timeAt(point), point.y()))
            m_stack.timeAxis().setSelection(range);
    } else if (m_stack.readout().seen) {
        m_stack.timeAxis().setSelection(m_stack.readout().seen);
    }
}

void PaneMouse::wheel(QWheelEvent& event)
{
    const QPoint point = event.position().toPoint();
    const QPoint delta = event.angleDelta();
    const auto modifiers = event.modifiers();
    auto& time = m_stack.timeAxis();
    constexpr double kNotch = 120;
    constexpr double kZoomPerNotch = 1.25;
    constexpr double kScrollPerNotch = 0.1;
    const double notches = (delta.y() != 0 ? delta.y() : delta.x()) / kNotch;
    Pane* pane = m_stack.paneAt(point);
    if (modifiers.testFlag(Qt::ShiftModifier) && pane) {
        if (modifiers.testFlag(Qt::ControlModifier))
            pane->zoomValues(std::pow(kZoomPerNotch, notches), point.y());
        else
            pane->scrollValues(kScrollPerNotch * notches);
    } else if (modifiers.testFlag(Qt::ControlModifier)) {
        const bool overview = pane && !pane->followsTime();
        const double at = overview ? pane->area().timeAt(point.x()) : timeAt(point);
        time.zoom(std::pow(kZoomPerNotch, notches), at);
    } else {
        time.scroll(-notches * kScrollPerNotch * time.visible().length());
    }
    m_stack.setPointer(point);
    event.accept();
}

} // namespace phono
