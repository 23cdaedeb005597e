#pragma once

#include "widgets/curves/curve_settings.h"

#include <QKeySequence>
#include <QList>
#include <QObject>

#include <functional>
#include <vector>

class QAction;
class QLabel;
class QMenu;
class QSlider;
class QToolBar;
class QWidget;

namespace phono {

class CurveGrid;

/// The commands of a grid of curves, once for menus, tool bar and keys.
class CurveActions : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CurveActions)
public:
    /// `owner` gets the keys, which work while it or a child has the focus.
    CurveActions(CurveGrid& grid, QWidget& owner);
    ~CurveActions() override;

    /// For a menu, with submenus and separators.
    QList<QAction*> all() const { return m_all; }
    void fill(QToolBar& toolBar);

private:
    QAction* command(const char* icon, const QString& text, const QList<QKeySequence>& keys,
                     std::function<void()> run);
    QAction* toggle(const QString& text, const QKeySequence& key, bool CurveSettings::*flag);
    QMenu* menu(const QString& title);
    void makeZoom();
    void makeAxes();
    void makeSmoothing();
    void makePlots();
    void stepSmoothing(int by);
    void change(const std::function<void(CurveSettings&)>& edit);
    void update();

    CurveGrid& m_grid;
    QWidget& m_owner;
    QList<QAction*> m_all;
    QList<QMenu*> m_menus; // owned; their parent would be a widget
    std::vector<std::function<void(const CurveSettings&)>> m_updates;
    QAction *m_fit = nullptr, *m_zoomIn = nullptr, *m_zoomOut = nullptr;
    QAction *m_logX = nullptr, *m_logY = nullptr, *m_raw = nullptr;
    QMenu *m_axis = nullptr, *m_plots = nullptr;
};

/// "over updates": how an axis is called in a menu.
QString curveAxisName(CurveAxis axis);

} // namespace phono
