#include "widgets/record/record_button.h"

#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>

namespace phono {
namespace {

constexpr int kHeight = 48;
constexpr int kSign = 16; ///< of the disc and the square
constexpr int kGap = 10;
constexpr int kSide = 16;

} // namespace

RecordButton::RecordButton(QWidget* parent)
    : QPushButton(parent)
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    large.setWeight(QFont::DemiBold);
    setFont(large);
    setText(tr("Record"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void RecordButton::setRecording(bool recording)
{
    m_recording = recording;
    setText(recording ? tr("Stop") : tr("Record"));
    update();
}

QSize RecordButton::sizeHint() const
{
    const int text = std::max(fontMetrics().horizontalAdvance(tr("Record")),
                              fontMetrics().horizontalAdvance(tr("Stop")));
    return {text + kSign + kGap + 2 * kSide, kHeight};
}

void RecordButton::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = theme.danger;
    QColor ink = theme.dark ? theme.window : theme.panel;
    if (!isEnabled()) {
        fill = theme.grid;
        ink = palette().color(QPalette::Disabled, QPalette::ButtonText);
    } else if (isDown()) {
        fill = fill.darker(125);
    } else if (underMouse()) {
        fill = fill.darker(110);
    }
    const QRectF frame = QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5);
    painter.setBrush(fill);
    painter.setPen(hasFocus() ? QPen(theme.text, 2) : QPen(Qt::NoPen));
    painter.drawRoundedRect(frame, 6, 6);

    const int textWidth = fontMetrics().horizontalAdvance(text());
    const double left = (width() - kSign - kGap - textWidth) / 2.0;
    const QRectF sign(left, (height() - kSign) / 2.0, kSign, kSign);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    if (m_recording)
        painter.drawRoundedRect(sign.adjusted(1, 1, -1, -1), 2, 2);
    else
        painter.drawEllipse(sign);
    painter.setFont(font());
    painter.setPen(ink);
    painter.drawText(QRectF(left + kSign + kGap, 0, textWidth + 2, height()),
                     Qt::AlignVCenter | Qt::AlignLeft, text());
}

} // namespace phono
