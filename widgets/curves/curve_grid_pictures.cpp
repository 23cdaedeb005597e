// Curves for others: as an image and on paper.

#include "widgets/curves/curve_grid.h"
#include "widgets/plot/plot_picture.h"

#include <qcustomplot.h>

namespace phono {

void CurveGrid::draw(QCPPainter& painter, QSize size)
{
    m_exporting = true;
    drawPlot(*m_plot, painter, size, [this] { prepare(); });
    m_exporting = false;
    m_sizes.clear();
    repaintPlots();
}

QImage CurveGrid::render(QSize size, qreal devicePixelRatio)
{
    return plotImage(size, devicePixelRatio,
                     [this](QCPPainter& painter, QSize each) { draw(painter, each); });
}

bool CurveGrid::writePdf(QIODevice& device)
{
    return writePlotPdf(device, m_plot->size(),
                        [this](QCPPainter& painter, QSize size) { draw(painter, size); });
}

} // namespace phono
