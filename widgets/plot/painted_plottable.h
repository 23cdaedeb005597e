#pragma once

// Includes qcustomplot.h, which is slow to compile: for .cpp files only.
#include "widgets/plot/plot_area.h"

#include <qcustomplot.h>

#include <functional>

namespace phono {

/// A plottable that leaves its painting to a function, which knows nothing of QCustomPlot.
class PaintedPlottable : public QCPAbstractPlottable {
public:
    using Paint = std::function<void(QPainter&, const PlotArea&)>;

    PaintedPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis, Paint paint);

    PlotArea area(double devicePixelRatio) const;

    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
    QCPRange getKeyRange(bool& found, QCP::SignDomain) const override;
    QCPRange getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const override;

protected:
    void draw(QCPPainter* painter) override;
    void drawLegendIcon(QCPPainter*, const QRectF&) const override { }

private:
    Paint m_paint;
};

/// Something painted over the whole plot on a layer of its own.
class PaintedOverlay : public QCPLayerable {
public:
    using Paint = std::function<void(QPainter&)>;

    PaintedOverlay(QCustomPlot* plot, const QString& layer, Paint paint);

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override { }
    void draw(QCPPainter* painter) override { m_paint(*painter); }

private:
    Paint m_paint;
};

} // namespace phono
