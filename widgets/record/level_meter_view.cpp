#include "widgets/record/level_meter_view.h"

#include "widgets/inspect/file_facts.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace phono {
namespace {

constexpr int kScaleHeight = 22;
constexpr int kGap = 8;
constexpr int kNumberWidth = 16; ///< of channel numbers
constexpr std::array kLabelled = {-60, -50, -40, -30, -20, -10, -6, 0};

/// A part of the scale with a colour of its own.
struct Zone {
    double from, to;
    QColor colour;
};

std::array<Zone, 3> zones(const Theme& theme)
{
    const QColor quiet = theme.dark ? QColor(0x6A, 0x94, 0xD4) : theme.wave;
    return {{{LevelMeterView::kLowest, LevelMeterView::kWarmFrom, quiet},
             {LevelMeterView::kWarmFrom, LevelMeterView::kHotFrom, theme.warning},
             {LevelMeterView::kHotFrom, 0, theme.danger}}};
}

} // namespace

QString decibelText(double decibels)
{
    return decibels <= LevelReading::kSilence
        ? LevelMeterView::tr("−∞ dBFS")
        : LevelMeterView::tr("%1 dBFS").arg(signedNumber(decibels, 1));
}

LevelMeterView::LevelMeterView(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("levelMeter"));
    setAccessibleName(tr("Level meter"));
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    describe();
}

void LevelMeterView::setReading(const LevelReading& reading)
{
    const bool sameShape = reading.channels.size() == m_reading.channels.size();
    m_reading = reading;
    if (!sameShape)
        updateGeometry();
    // Read out once a second, but at once what is new in kind.
    constexpr int kMilliseconds = 1000;
    if (!sameShape || reading.clipped != m_describedClip || !m_described.isValid()
        || m_described.hasExpired(kMilliseconds))
        describe();
    update();
}

void LevelMeterView::describe()
{
    m_described.start();
    m_describedClip = m_reading.clipped;
    QStringList parts;
    for (const auto& channel : m_reading.channels)
        parts << tr("peak %1, RMS %2").arg(decibelText(channel.hold), decibelText(channel.rms));
    if (parts.isEmpty())
        parts << tr("nothing is listened to");
    if (m_reading.clipped)
        parts << tr("clipped");
    if (const QString text = parts.join(QStringLiteral("; ")); text != accessibleDescription())
        setAccessibleDescription(text);
}

int LevelMeterView::channels() const
{
    return std::max(1, static_cast<int>(m_reading.channels.size()));
}

int LevelMeterView::rowHeight() const
{
    const int room = QFontMetrics(tabularFont(font())).height() + 2;
    constexpr std::array kHeights = {32, 24};
    const auto index = static_cast<std::size_t>(channels() - 1);
    return std::max(room, index < kHeights.size() ? kHeights[index] : 0);
}

int LevelMeterView::readOutWidth() const
{
    return QFontMetrics(tabularFont(font())).horizontalAdvance(tr("−88.8 dBFS"));
}

QRectF LevelMeterView::barRect(int channel) const
{
    const int left = channels() > 1 ? kNumberWidth : 0;
    const double right = clipRect().left() - kGap;
    return {QPointF(left, channel * rowHeight() + 1),
            QPointF(right, (channel + 1) * rowHeight() - 1)};
}

QRect LevelMeterView::clipRect() const
{
    const QFontMetrics metrics(font());
    const int lamp = metrics.horizontalAdvance(tr("clip")) + 16;
    const int left = width() - 2 * (readOutWidth() + kGap) - kGap - lamp;
    return {left, 1, lamp, channels() * rowHeight() - 2};
}

double LevelMeterView::xOf(double decibels) const
{
    const QRectF bar = barRect(0);
    const double part = (std::clamp(decibels, kLowest, 0.0) - kLowest) / -kLowest;
    return bar.left() + part * bar.width();
}

QSize LevelMeterView::sizeHint() const
{
    return {minimumSizeHint().width() + 240, minimumSizeHint().height()};
}

QSize LevelMeterView::minimumSizeHint() const
{
    const int fixed = 2 * (readOutWidth() + kGap) + kGap + clipRect().width() + kGap;
    return {fixed + 240, channels() * rowHeight() + kScaleHeight};
}

bool LevelMeterView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QString text;
    if (clipRect().contains(help->pos()))
        text = m_reading.clipped ? tr("Clipped: four samples in a row were at full scale. Turn the "
                                      "input level down, then click to reset.")
                                 : tr("Lights up when four samples in a row are at full scale.");
    else if (help->pos().x() < clipRect().left())
        text = tr("Thick bar: RMS of the last 0.3 s. Thin bar: peak. Line: highest peak of the "
                  "last 2 s. Triangle: noise floor.\nA full-scale sine has an RMS of −3.0 dBFS.");
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void LevelMeterView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    update();
}

void LevelMeterView::keyPressEvent(QKeyEvent* event)
{
    const bool presses = event->key() == Qt::Key_Space || event->key() == Qt::Key_Return;
    if (presses && m_reading.clipped)
        Q_EMIT clipResetRequested();
    else
        QWidget::keyPressEvent(event);
}

void LevelMeterView::mousePressEvent(QMouseEvent* event)
{
    if (m_reading.clipped && clipRect().contains(event->pos()))
        Q_EMIT clipResetRequested();
}

void LevelMeterView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintScale(painter);
    for (int channel = 0; channel < channels(); ++channel) {
        paintBar(painter, channel);
        paintReadOut(painter, channel);
    }
    paintNoiseFloor(painter);
    paintLamp(painter);
}

void LevelMeterView::paintScale(QPainter& painter) const
{
    const Theme theme = Theme::of(palette());
    painter.setFont(smallFont(tabularFont(font())));
    const int top = channels() * rowHeight();
    for (int level = static_cast<int>(kLowest); level <= 0; level += 2) {
        const bool labelled = std::ranges::find(kLabelled, level) != kLabelled.end();
        const double x = std::min(std::floor(xOf(level)), barRect(0).right() - 1);
        painter.fillRect(QRectF(x, top, 1, labelled ? 4 : 2),
                         labelled ? theme.muted : theme.border);
        if (!labelled)
            continue;
        const QString text = level == 0 ? tr("0 dBFS") : QStringLiteral("−%1").arg(-level);
        const double textWidth = painter.fontMetrics().horizontalAdvance(text);
        // The outermost stay inside.
        const double left = level == 0
            ? std::min(x - painter.fontMetrics().averageCharWidth(), width() - textWidth)
            : std::max(0.0, x - textWidth / 2);
        painter.setPen(active() ? theme.muted
                                : palette().color(QPalette::Disabled, QPalette::Text));
        painter.drawText(QRectF(left, top + 4, textWidth + 2, kScaleHeight - 4),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

void LevelMeterView::paintBar(QPainter& painter, int channel) const
{
    const Theme theme = Theme::of(palette());
    const QRectF trough = barRect(channel);
    const LevelReading::Channel level =
        active() ? m_reading.channels[static_cast<std::size_t>(channel)] : LevelReading::Channel{};
    const double thin = std::round(trough.height() * 0.36 / 2) * 2;
    const double middle = std::round(trough.center().y());
    for (const Zone& zone : zones(theme)) {
        const double left = zone.from > kLowest ? std::round(xOf(zone.from)) + 1 : trough.left();
        const double right = zone.to < 0 ? std::round(xOf(zone.to)) - 1 : trough.right();
        const bool special = zone.from > kLowest;
        const auto fill = [&](double to, double top, double height, const QColor& colour) {
            if (to > left)
                painter.fillRect(QRectF(left, top, std::min(to, right) - left, height), colour);
        };
        fill(right, trough.top(), trough.height(),
             special && active() ? mixed(theme.grid, zone.colour, theme.dark ? 0.16F : 0.10F)
                                 : theme.grid);
        if (!active())
            continue;
        fill(std::round(xOf(level.peak)), middle - thin / 2, thin,
             mixed(zone.colour, theme.grid, theme.dark ? 0.40F : 0.45F));
        fill(std::round(xOf(level.rms)), trough.top(), trough.height(), zone.colour);
    }
    if (active() && level.hold > kLowest) {
        const double x = std::min(std::round(xOf(level.hold)), trough.right() - 2);
        painter.fillRect(QRectF(x, trough.top(), 2, trough.height()), theme.text);
    }
    if (channels() > 1) {
        painter.setFont(smallFont(tabularFont(font())));
        painter.setPen(theme.muted);
        painter.drawText(QRectF(0, trough.top(), kNumberWidth - 4, trough.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, QString::number(channel + 1));
    }
}

void LevelMeterView::paintReadOut(QPainter& painter, int channel) const
{
    const Theme theme = Theme::of(palette());
    const QFont plain = tabularFont(font());
    const int right = width();
    const auto column = [&](int fromRight) {
        const int left = right - fromRight * (readOutWidth() + kGap) + kGap;
        return QRect(left, channel * rowHeight(), readOutWidth(), rowHeight());
    };
    const auto write = [&](int fromRight, double level, bool warns) {
        const bool hot = warns && level >= kHotFrom;
        const bool warm = warns && level >= kWarmFrom;
        QFont weighty = plain;
        weighty.setBold(hot);
        painter.setFont(weighty);
        painter.setPen(hot ? theme.danger : warm ? theme.warning : theme.text);
        painter.drawText(column(fromRight), Qt::AlignRight | Qt::AlignVCenter, decibelText(level));
    };
    if (active()) {
        const auto& level = m_reading.channels[static_cast<std::size_t>(channel)];
        write(2, level.hold, true);
        write(1, level.rms, false);
    } else {
        painter.setFont(plain);
        painter.setPen(palette().color(QPalette::Disabled, QPalette::Text));
        for (const int fromRight : {2, 1})
            painter.drawText(column(fromRight), Qt::AlignRight | Qt::AlignVCenter, tr("– dBFS"));
    }
    if (channel + 1 < channels())
        return;
    painter.setFont(smallFont(tabularFont(font())));
    painter.setPen(active() ? theme.muted : palette().color(QPalette::Disabled, QPalette::Text));
    for (const auto& [fromRight, text] : {std::pair(2, tr("peak")), std::pair(1, tr("RMS"))}) {
        QRect below = column(fromRight);
        below.setRect(below.left(), channels() * rowHeight() + 4, below.width(), kScaleHeight - 4);
        painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, text);
    }
}

void LevelMeterView::paintNoiseFloor(QPainter& painter) const
{
    if (!active() || m_reading.noiseFloor <= kLowest)
        return;
    const Theme theme = Theme::of(palette());
    const double x = std::round(xOf(m_reading.noiseFloor)) + 0.5;
    const double bottom = channels() * rowHeight();
    painter.setPen(QPen(mixed(theme.text, theme.panel, 0.15F), 1, Qt::DotLine));
    painter.drawLine(QPointF(x, 1), QPointF(x, bottom));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.text);
    painter.drawPolygon(QPolygonF{{x, bottom - 1}, {x - 4, bottom + 6}, {x + 4, bottom + 6}});
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void LevelMeterView::paintLamp(QPainter& painter) const
{
    const Theme theme = Theme::of(palette());
    const bool lit = m_reading.clipped;
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF lamp = QRectF(clipRect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(QPen(hasFocus() ? theme.accent
                            : lit  ? theme.danger
                                   : theme.border,
                        hasFocus() ? 2 : 1));
    painter.setBrush(lit ? QBrush(theme.danger) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(lamp, 3, 3);
    painter.setRenderHint(QPainter::Antialiasing, false);
    QFont weighty = font();
    weighty.setBold(lit);
    painter.setFont(weighty);
    painter.setPen(lit            ? theme.panel
                       : active() ? theme.muted
                                  : palette().color(QPalette::Disabled, QPalette::Text));
    painter.drawText(clipRect(), Qt::AlignCenter, tr("clip"));
}

} // namespace phono
