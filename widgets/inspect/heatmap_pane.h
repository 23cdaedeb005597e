#pragma once

#include "widgets/inspect/pane.h"
#include "widgets/plot/feature_summarizer.h"
#include "widgets/plot/heatmap_renderer.h"

#include <utility>

class QCPColorScale;
class QCPMarginGroup;

namespace phono {

/// A matrix of frames and rows as colours, with its colour bar. What the rows are, subclasses say.
class HeatmapPane : public Pane {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HeatmapPane)
public:
    /// `summarizer` outlives the pane.
    HeatmapPane(const QString& id, const PaneContext& context, FeatureSummarizer& summarizer);

    ~HeatmapPane() override;

    bool hasMenu() const override { return true; }
    QCPLayoutElement* colorBar() override;
    QRect colorBarRect() const override;
    void refresh(const Theme& theme) override;
    void zoomValues(double factor, double y) override;
    void scrollValues(double part) override;
    void resetValues() override;

protected:
    void paint(QPainter& painter, const PlotArea& area) override;

    virtual FrameGeometry geometry() const = 0;
    virtual ColorMap colors() const = 0;
    virtual bool scores() const { return false; }
    /// The values of the first and the last colour.
    virtual std::pair<double, double> limits(const FeatureSummary& summary) const = 0;

    std::shared_ptr<const FeatureSummary> summary() const { return m_summarizer.summary(); }
    /// The row at a height; nothing outside.
    std::optional<int> rankAt(double y) const;

private:
    void showRows(double low, double high);

    FeatureSummarizer& m_summarizer;
    HeatmapRenderer m_renderer;
    QCPColorScale* m_scale = nullptr; // owned by the plot's layout
    QCPMarginGroup* m_edges = nullptr; // holds pane and colour bar at one height
    std::optional<ColorMap> m_scaleColors;
    int m_rows = 0;
};

} // namespace phono
