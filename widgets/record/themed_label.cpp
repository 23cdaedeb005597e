#include "widgets/record/themed_label.h"

#include "widgets/theme.h"

#include <QPainter>

namespace phono {

void ThemedLabel::setInk(Ink ink)
{
    if (ink == m_ink)
        return;
    m_ink = ink;
    update();
}

QColor ThemedLabel::ink() const
{
    return Theme::of(palette()).*m_ink;
}

void ThemedLabel::paintEvent(QPaintEvent*)
{
    // Not by the palette: a new style sheet of the application brings old ones back.
    QPainter painter(this);
    painter.setPen(ink());
    painter.drawText(contentsRect(), int(alignment()) | (wordWrap() ? Qt::TextWordWrap : 0),
                     text());
}

} // namespace phono
