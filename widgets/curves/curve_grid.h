#pragma once

#include "widgets/curves/curve_pane.h"
#include "widgets/curves/curve_window.h"

#include <QImage>
#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QCPMarginGroup;
class QCPPainter;
class QCustomPlot;
class QIODevice;

namespace phono {

class CurveMouse;
class CurveOverlay;

/// Plots of curves that share their horizontal axis: large ones above each other, small ones in a
/// grid below. One cursor and one zoom go through all of them.
class CurveGrid : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CurveGrid)
public:
    explicit CurveGrid(const std::vector<CurvePlot>& plots, QWidget* parent = nullptr);
    ~CurveGrid() override;

    /// The plots that are shown, unless settings() hide them; all at first.
    void setOffered(const QStringList& ids);
    void setEntries(const QString& id, std::vector<CurveEntry> entries);
    void setReferences(const QString& id, std::vector<CurveReference> references);
    void setTitle(const QString& id, const QString& title);
    /// The curves have grown: what is new is drawn with the next frame. A view that ends at their
    /// end goes along.
    void refresh();

    const CurveSettings& settings() const { return m_settings; }
    void setSettings(const CurveSettings& settings);

    /// Lines are still being smoothed as the settings say, piece by piece.
    bool smoothing() const { return m_smoothing; }

    /// What the horizontal axes show.
    CurveScale scale() const;
    /// From the first to the last point of all curves.
    CurveScale fullScale() const;
    bool zoomed() const { return m_window.zoomed(); }
    /// Shows [low, high], cut at the ends of fullScale(); nothing shows everything.
    void setView(std::optional<CurveScale> view);
    /// Everything, in all directions.
    void fit();
    /// By `factor` (below 1 comes closer) around a place in view: 0 is the left edge, 1 the right.
    void zoom(double factor, double around);
    /// By a part of what is in view.
    void scroll(double part);

    const std::vector<std::unique_ptr<CurvePane>>& panes() const { return m_panes; }
    /// Null when there is none of that name.
    CurvePane* pane(const QString& id) const;
    bool isShown(const CurvePane& pane) const;
    /// The shown plot under a point of plot(), its header included; null for none.
    CurvePane* paneAt(QPoint point) const;
    QCustomPlot& plot() const { return *m_plot; }
    std::optional<QPoint> pointer() const { return m_pointer; }
    void setPointer(std::optional<QPoint> pointer);
    /// The place of the cursor in all plots.
    std::optional<double> pointerKey() const;
    /// What is dragged over, to be zoomed in on.
    void setRubberBand(const QRect& rect);
    QRect rubberBand() const { return m_rubberBand; }
    bool exporting() const { return m_exporting; }
    void repaintPlots();
    void repaintOverlay();

    QImage render(QSize size, qreal devicePixelRatio);
    bool writePdf(QIODevice& device);

Q_SIGNALS:
    void settingsChanged();
    void viewChanged();
    void contextMenuRequested(QPoint globalPosition);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QStringList shownIds() const;
    int wantedColumns(int small) const;
    void arrange();
    void addRow(int row, const std::vector<CurvePane*>& panes, int columns);
    void showView();
    bool smooth(std::size_t budget);
    void smoothOn();
    void prepare();
    void applyTheme();
    void draw(QCPPainter& painter, QSize size);

    QCustomPlot* m_plot;
    std::vector<std::unique_ptr<CurvePane>> m_panes;
    std::unique_ptr<CurveOverlay> m_overlay;
    std::unique_ptr<CurveMouse> m_mouse;
    std::vector<QCPMarginGroup*> m_sides; // one for each column
    QStringList m_offered;
    CurveSettings m_settings;
    CurveWindow m_window;
    std::optional<QPoint> m_pointer;
    QRect m_rubberBand;
    std::vector<QSize> m_sizes; ///< of the plots as they were prepared for
    int m_columns = 0;
    bool m_exporting = false;
    bool m_overlayQueued = false;
    bool m_smoothing = false;
};

} // namespace phono
