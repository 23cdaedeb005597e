#pragma once

#include "widgets/time_axis.h"

#include <QObject>
#include <QPoint>

class QMouseEvent;
class QWheelEvent;

namespace phono {

class Pane;
class PaneStack;

/// What the mouse does in a stack of panes. Wheel: scroll; with Ctrl: zoom at the pointer; with
/// Shift: the same for rows. Left button: cursor, or a selection by dragging. Middle button or Alt:
/// pan. Double click: selects the label, or what the frame sees.
class PaneMouse : public QObject {
    Q_OBJECT
public:
    /// `stack` outlives it and has it as its plot's event filter.
    explicit PaneMouse(PaneStack& stack);

    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Drag { None, Click, Select, Pan, Window, WindowStart, WindowEnd, Divider };

    void press(QMouseEvent& event);
    void move(QMouseEvent& event);
    void release(QMouseEvent& event);
    void doubleClick(QMouseEvent& event);
    void wheel(QWheelEvent& event);
    void pressOverview(const Pane& overview, QPoint point);
    void dragWindow(QPoint point);
    void click(QPoint point, Qt::KeyboardModifiers modifiers);
    void showCursor(QPoint point);
    /// The pane below the divider at a point, or null.
    Pane* dividerAt(QPoint point) const;
    double timeAt(QPoint point) const;

    PaneStack& m_stack;
    Drag m_drag = Drag::None;
    QPoint m_start, m_last;
    Pane* m_pane = nullptr; // under the press
    TimeRange m_startView;
    double m_anchor = 0; ///< the fixed end of a selection, in seconds
};

} // namespace phono
