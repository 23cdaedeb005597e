#pragma once

#include "widgets/theme.h"

#include <vector>

class QPainter;
class QRect;

namespace phono {

class CurveGrid;
class CurvePane;
struct CurveReading;

/// What lies over the curves and moves with the pointer: titles and legends, the names of levels,
/// the cursor with its read-out, the rubber band. On a layer of its own, so that the curves are not
/// drawn again.
class CurveOverlay {
public:
    explicit CurveOverlay(CurveGrid& grid);

private:
    void paint(QPainter& painter) const;
    void paintHeader(QPainter& painter, const CurvePane& pane) const;
    void paintLegend(QPainter& painter, const CurvePane& pane, QRect room) const;
    void paintLines(QPainter& painter, const CurvePane& pane, QRect room) const;
    void paintNames(QPainter& painter, const CurvePane& pane, QRect room) const;
    void paintReferences(QPainter& painter, const CurvePane& pane) const;
    void paintHint(QPainter& painter, const CurvePane& pane) const;
    void paintCursor(QPainter& painter, const CurvePane& pane, double key) const;
    void paintReadout(QPainter& painter, const CurvePane& pane, double key) const;
    void paintRubberBand(QPainter& painter) const;

    CurveGrid& m_grid;
    mutable Theme m_theme;
};

} // namespace phono
