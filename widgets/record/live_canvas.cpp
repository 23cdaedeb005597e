#include "widgets/record/live_canvas.h"

#include "core/audio/mel.h"
#include "core/base/sample_source.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace phono {
namespace {

constexpr int kLeft = 64; ///< of the plots: room for labels, the same for all panes
constexpr int kRight = 76; ///< beside the plots: the colour bar and its labels
constexpr int kHeader = 20;
constexpr int kGap = 6; ///< between panes whose titles stand inside
constexpr int kRoomForHeaders = 76; ///< pixels a pane has got, or else titles stand inside
constexpr int kRuler = 38;
constexpr int kOfferHeight = 32; ///< of the pane that stands for z and c without a checkpoint
constexpr double kSpectrogramRange = 50; ///< dB that the colours span at least
/// A take's time comes by another way than its sound, and jitters.
constexpr double kTakeJitter = 0.3;

} // namespace

LiveCanvas::LiveCanvas(QWidget* parent)
    : QWidget(parent)
    , m_heats{LiveHeat(kSeconds), LiveHeat(kSeconds), LiveHeat(kSeconds)}
    , m_choose(new QPushButton(lineIcon(QStringLiteral("checkpoint")),
                               tr("Choose a checkpoint to see z and c…"), this))
{
    setObjectName(QStringLiteral("liveCanvas"));
    setAccessibleName(tr("Live waveform, spectrogram, z and c"));
    setAttribute(Qt::WA_OpaquePaintEvent);
    heatOf(Spectrogram).setLeastRange(kSpectrogramRange);
    m_choose->setObjectName(QStringLiteral("chooseCheckpoint"));
    connect(m_choose, &QPushButton::clicked, this, &LiveCanvas::checkpointRequested);
    applyTheme();
}

void LiveCanvas::append(const LiveBlock& block)
{
    m_wave.append(block.samples, std::llround(block.skippedSeconds * kModelRate));
    const int before = heat(Spectrogram).channels();
    heatOf(Spectrogram).append(block.spectrogram);
    heatOf(Z).append(block.z);
    heatOf(C).append(block.c);
    if (const int rows = heat(Spectrogram).channels(); rows != before)
        m_frequencies = MelBands::centres(rows, kModelRate);
    update();
}

void LiveCanvas::clear()
{
    m_wave.clear();
    for (LiveHeat& heat : m_heats)
        heat.clear();
    m_takeOffset.reset();
    m_takeSeconds = 0;
    m_markers.clear();
    update();
}

void LiveCanvas::setListening(bool listening)
{
    if (listening == m_listening)
        return;
    m_listening = listening;
    update();
}

void LiveCanvas::setCheckpoint(const QString& name)
{
    if (name == m_checkpoint)
        return;
    m_checkpoint = name;
    heatOf(Z).clear();
    heatOf(C).clear();
    layOut();
}

void LiveCanvas::setColors(ColorMap map)
{
    m_colors = map;
    applyTheme();
}

void LiveCanvas::setShown(PaneId pane, bool shown)
{
    m_shown[pane] = shown;
    layOut();
}

void LiveCanvas::setTakeTime(std::optional<double> seconds, bool resumed)
{
    if (!seconds) {
        m_takeOffset.reset();
        update();
        return;
    }
    const double offset = *seconds - now();
    if (!m_takeOffset) {
        m_stretchStart = resumed ? m_takeSeconds : 0;
        m_takeOffset = offset;
    } else if (std::abs(offset - *m_takeOffset) > kTakeJitter) {
        m_takeOffset = offset;
    }
    m_takeSeconds = *seconds;
}

void LiveCanvas::setMarkers(std::vector<TakeMarker> markers)
{
    m_markers = std::move(markers);
}

double LiveCanvas::now() const
{
    return double(m_wave.samples()) / kModelRate;
}

double LiveCanvas::xOfNow(double secondsBefore) const
{
    const QRect plot = m_ruler;
    return plot.left() + plot.width() * (1 - secondsBefore / kSeconds);
}

std::optional<double> LiveCanvas::xOfTake(double seconds) const
{
    if (!m_takeOffset)
        return std::nullopt;
    return xOfNow(now() - (seconds - *m_takeOffset));
}

bool LiveCanvas::offersCheckpoint() const
{
    return !hasModel() && (m_shown[Z] || m_shown[C]);
}

int LiveCanvas::weightOf(PaneId pane) const
{
    if (pane < Z)
        return pane == Waveform ? 2 : m_shown[Spectrogram] ? 3 : 0;
    return m_shown[pane] && hasModel() ? 3 : 0;
}

QRect LiveCanvas::deviceRect(const QRect& rect) const
{
    const qreal ratio = devicePixelRatioF();
    const auto edge = [ratio](int at) {
        return int(std::lround(at * ratio));
    };
    return {QPoint(edge(rect.left()), edge(rect.top())),
            QPoint(edge(rect.left() + rect.width()) - 1, edge(rect.top() + rect.height()) - 1)};
}

int LiveCanvas::headerHeight() const
{
    return m_compact ? kGap : kHeader;
}

QRect LiveCanvas::headerRect(PaneId pane) const
{
    const QRect plot = m_rects[pane];
    return m_compact ? QRect(plot.left() + 4, plot.top() + 2, plot.width() - 8, kHeader - 4)
                     : QRect(plot.left(), plot.top() - kHeader, plot.width(), kHeader);
}

void LiveCanvas::layOut()
{
    m_ratio = devicePixelRatioF();
    const bool offers = offersCheckpoint();
    int weights = 0;
    int panes = offers ? 1 : 0;
    for (int pane = 0; pane < kPanes; ++pane) {
        weights += weightOf(PaneId(pane));
        panes += weightOf(PaneId(pane)) > 0 ? 1 : 0;
    }
    m_compact = (height() - kRuler) / panes < kRoomForHeaders;
    const int room =
        std::max(0, height() - kRuler - panes * headerHeight() - (offers ? kOfferHeight : 0));
    const int plotWidth = std::max(1, width() - kLeft - kRight);
    int top = 0;
    int before = 0;
    m_rects.fill({});
    const auto place = [&](PaneId pane, int size) {
        top += headerHeight();
        m_rects[pane] = {kLeft, top, plotWidth, size};
        top += size;
    };
    for (int pane = 0; pane < kPanes; ++pane) {
        const int weight = weightOf(PaneId(pane));
        if (weight > 0)
            place(PaneId(pane), room * (before + weight) / weights - room * before / weights);
        else if (pane == Z && offers)
            place(Z, kOfferHeight);
        before += weight;
    }
    m_ruler = {kLeft, top, plotWidth, kRuler};
    m_wave.setWidth(deviceRect(m_ruler).width());
    for (const PaneId pane : {Spectrogram, Z, C})
        heatOf(pane).setSize(m_rects[pane].isEmpty() ? QSize() : deviceRect(m_rects[pane]).size());
    m_choose->setVisible(offers);
    const QSize size = m_choose->sizeHint();
    const QPoint centre = m_rects[Z].center();
    m_choose->setGeometry(QRect(centre - QPoint(size.width() / 2, size.height() / 2), size));
    update();
}

void LiveCanvas::applyTheme()
{
    const Theme theme = Theme::of(palette());
    for (LiveHeat& heat : m_heats)
        heat.setColors(colorTable(m_colors), theme.plot);
    update();
}

void LiveCanvas::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        applyTheme();
}

void LiveCanvas::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    layOut();
}

void LiveCanvas::paintEvent(QPaintEvent*)
{
    // Moved to another screen.
    if (devicePixelRatioF() != m_ratio)
        layOut();
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.panel);
    paintData(painter, theme);
    for (int pane = 0; pane < kPanes; ++pane) {
        if (!m_rects[std::size_t(pane)].isEmpty())
            paintFrame(painter, theme, PaneId(pane));
    }
    paintMarkers(painter, theme);
    paintRuler(painter, theme);
    paintHints(painter, theme);
}

void LiveCanvas::paintData(QPainter& painter, const Theme& theme) const
{
    painter.save();
    const qreal ratio = devicePixelRatioF();
    painter.scale(1 / ratio, 1 / ratio);
    for (int pane = 0; pane < kPanes; ++pane) {
        if (m_rects[std::size_t(pane)].isEmpty())
            continue;
        const QRect plot = deviceRect(m_rects[std::size_t(pane)]);
        painter.fillRect(plot, theme.plot);
        if (pane != Waveform) {
            heat(PaneId(pane)).paint(painter, plot.topLeft(), m_wave.newest());
            continue;
        }
        painter.fillRect(QRect(plot.left(), plot.center().y(), plot.width(), 1), theme.grid);
        m_wave.paint(painter, plot, theme.wave, theme.danger);
    }
    painter.restore();
}

} // namespace phono
