#pragma once

#include "widgets/theme.h"
#include "widgets/time_axis.h"

#include <QRect>

class QPainter;

namespace phono {

class Pane;
class PaneStack;
class PaintedOverlay;

/// What lies over the panes and changes with every move of the pointer: titles, progress, cursor,
/// play head, selection, the window in the overview, and the bracket of what a frame sees.
class PaneOverlay {
public:
    /// `stack` outlives the overlay.
    explicit PaneOverlay(PaneStack& stack);

    /// The parts of a pane's header that can be clicked.
    static QRect titleRect(const PaneStack& stack, const Pane& pane);
    static QRect closeRect(const Pane& pane);
    /// The window rectangle in the overview.
    static QRect windowRect(const PaneStack& stack);

private:
    void paint(QPainter& painter) const;
    void paintHeader(QPainter& painter, const Pane& pane) const;
    void paintHint(QPainter& painter, const Pane& pane) const;
    void paintWindow(QPainter& painter) const;
    void paintSelection(QPainter& painter, const Pane& pane) const;
    void paintLines(QPainter& painter, const Pane& pane) const;
    void paintBracket(QPainter& painter) const;

    PaneStack& m_stack;
    mutable Theme m_theme;
};

} // namespace phono
