#pragma once

#include "widgets/inspect/pane.h"
#include "widgets/plot/frame_geometry.h"

namespace phono {

/// The marks of time, and of frames below them, under all panes.
class RulerPane : public Pane {
    Q_OBJECT
public:
    explicit RulerPane(const PaneContext& context);

    QString title() const override { return {}; }
    int fixedHeight() const override { return 1; }
    bool removable() const override { return false; }
    void describe(Readout&, double, double) const override { }
    void refresh(const Theme& theme) override;
    /// "time (s)" and "frame" left of their marks, outside the plot.
    void paintUnits(QPainter& painter) const;

protected:
    void paint(QPainter&, const PlotArea&) override { }

private:
    QString timeUnit() const;

    QCPAxis* m_frames = nullptr;
    std::optional<FrameGeometry> m_geometry; ///< of the model's z
};

} // namespace phono
