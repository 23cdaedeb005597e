#pragma once

#include "widgets/inspect/pane.h"
#include "widgets/plot/waveform_renderer.h"

#include <QImage>

namespace phono {

/// The samples, with levels in dBFS.
class WaveformPane : public Pane {
    Q_OBJECT
public:
    explicit WaveformPane(const PaneContext& context);

    QString title() const override;
    QString subtitle() const override;
    void describe(Readout& readout, double seconds, double y) const override;
    void refresh(const Theme& theme) override;
    void zoomValues(double factor, double y) override;
    void resetValues() override;

protected:
    void paint(QPainter& painter, const PlotArea& area) override;

private:
    /// The amplitude at the axis' end without zoom.
    double fullAmplitude() const;

    WaveformColors m_colors;
    double m_zoom = 1;
};

/// The whole file as a thin strip; the stretch in view is marked on it by the stack.
class OverviewPane : public Pane {
    Q_OBJECT
public:
    explicit OverviewPane(const PaneContext& context);

    bool followsTime() const override { return false; }
    int fixedHeight() const override { return 34; }
    void describe(Readout& readout, double seconds, double y) const override;
    void refresh(const Theme& theme) override;

protected:
    void paint(QPainter& painter, const PlotArea& area) override;

private:
    WaveformColors m_colors;
    QImage m_image; // the strip changes only with the file, its size and the theme
    QRectF m_imageRect;
};

} // namespace phono
