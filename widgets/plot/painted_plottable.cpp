#include "widgets/plot/painted_plottable.h"

namespace phono {

PaintedPlottable::PaintedPlottable(QCPAxis* keyAxis, QCPAxis* valueAxis, Paint paint)
    : QCPAbstractPlottable(keyAxis, valueAxis)
    , m_paint(std::move(paint))
{
    setSelectable(QCP::stNone);
}

PlotArea PaintedPlottable::area(double devicePixelRatio) const
{
    const QCPRange time = keyAxis()->range();
    const QCPRange value = valueAxis()->range();
    return {QRectF(keyAxis()->axisRect()->rect()),
            {time.lower, time.upper},
            value.lower,
            value.upper,
            devicePixelRatio};
}

QCPRange PaintedPlottable::getKeyRange(bool& found, QCP::SignDomain) const
{
    found = false;
    return {};
}

QCPRange PaintedPlottable::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const
{
    found = false;
    return {};
}

void PaintedPlottable::draw(QCPPainter* painter)
{
    if (!keyAxis() || !valueAxis())
        return;
    // Vector output has no pixels of its own; three for a point print well.
    constexpr double kPrintScale = 3;
    const bool vector = painter->modes().testFlag(QCPPainter::pmVectorized);
    painter->save();
    m_paint(*painter, area(vector ? kPrintScale : painter->device()->devicePixelRatioF()));
    painter->restore();
}

PaintedOverlay::PaintedOverlay(QCustomPlot* plot, const QString& layer, Paint paint)
    : QCPLayerable(plot, layer)
    , m_paint(std::move(paint))
{
}

} // namespace phono
