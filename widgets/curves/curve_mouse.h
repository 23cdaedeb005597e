#pragma once

#include <QObject>
#include <QPoint>

class QMouseEvent;
class QWheelEvent;

namespace phono {

class CurveGrid;
class CurvePane;

/// The mouse over curves: dragging zooms in on a rectangle, the middle button (or Alt) moves, the
/// wheel scrolls and with Ctrl zooms at the pointer, a double click shows everything.
class CurveMouse : public QObject {
    Q_OBJECT
public:
    explicit CurveMouse(CurveGrid& grid);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Drag { None, Band, Pan };
    void press(QMouseEvent& event);
    void move(QMouseEvent& event);
    void release(QMouseEvent& event);
    /// False for a wheel that has nothing to scroll here.
    bool wheel(QWheelEvent& event);
    void zoomToBand();

    CurveGrid& m_grid;
    Drag m_drag = Drag::None;
    CurvePane* m_pane = nullptr;
    QPoint m_start, m_last;
};

} // namespace phono
