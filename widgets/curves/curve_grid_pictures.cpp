// Curves for others: as an image and on paper.

#include "widgets/curves/curve_grid.h"

#include <QPdfWriter>
#include <qcustomplot.h>

namespace phono {

void CurveGrid::draw(QCPPainter& painter, QSize size)
{
    m_exporting = true;
    QImage scratch(1, 1, QImage::Format_ARGB32_Premultiplied);
    QCPPainter measure(&scratch);
    // Twice: the first pass finds the sizes that the marks of the axes depend on.
    m_plot->toPainter(&measure, size.width(), size.height());
    prepare();
    m_plot->toPainter(&painter, size.width(), size.height());
    m_exporting = false;
    m_sizes.clear();
    repaintPlots();
}

QImage CurveGrid::render(QSize size, qreal devicePixelRatio)
{
    QImage image(size * devicePixelRatio, QImage::Format_RGB32);
    image.setDevicePixelRatio(devicePixelRatio);
    QCPPainter painter(&image);
    draw(painter, size);
    return image;
}

bool CurveGrid::writePdf(QIODevice& device)
{
    QPdfWriter writer(&device);
    constexpr int kPointsPerInch = 96;
    const QSize size = m_plot->size();
    writer.setResolution(kPointsPerInch);
    writer.setPageMargins(QMarginsF());
    writer.setPageSize(QPageSize(QSizeF(size) * 72 / kPointsPerInch, QPageSize::Point));
    QCPPainter painter;
    if (!painter.begin(&writer))
        return false;
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.setMode(QCPPainter::pmVectorized);
    draw(painter, size);
    return painter.end();
}

} // namespace phono
