#include "widgets/plot/plot_picture.h"

#include <QPdfWriter>
#include <qcustomplot.h>

namespace phono {

void drawPlot(QCustomPlot& plot, QCPPainter& painter, QSize size,
              const std::function<void()>& prepare)
{
    QImage scratch(1, 1, QImage::Format_ARGB32_Premultiplied);
    QCPPainter measure(&scratch);
    plot.toPainter(&measure, size.width(), size.height());
    prepare();
    plot.toPainter(&painter, size.width(), size.height());
}

QImage plotImage(QSize size, qreal devicePixelRatio, const PlotDrawing& draw)
{
    QImage image(size * devicePixelRatio, QImage::Format_RGB32);
    image.setDevicePixelRatio(devicePixelRatio);
    QCPPainter painter(&image);
    draw(painter, size);
    return image;
}

bool writePlotPdf(QIODevice& device, QSize size, const PlotDrawing& draw)
{
    QPdfWriter writer(&device);
    constexpr int kPointsPerInch = 96;
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
