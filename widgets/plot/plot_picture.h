#pragma once

#include <QImage>
#include <QSize>

#include <functional>

class QCPPainter;
class QCustomPlot;
class QIODevice;

namespace phono {

// A plot for others: as an image and on paper.

/// Paints a plot of so many logical pixels.
using PlotDrawing = std::function<void(QCPPainter& painter, QSize size)>;

/// Calls `prepare` when the plot's rectangles have the sizes that they have in the picture, which
/// the marks of its axes depend on, and paints it then.
void drawPlot(QCustomPlot& plot, QCPPainter& painter, QSize size,
              const std::function<void()>& prepare);

QImage plotImage(QSize size, qreal devicePixelRatio, const PlotDrawing& draw);
/// One page of that size. False when the device does not take it.
bool writePlotPdf(QIODevice& device, QSize size, const PlotDrawing& draw);

} // namespace phono
