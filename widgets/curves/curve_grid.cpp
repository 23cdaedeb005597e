#include "widgets/curves/curve_grid.h"

#include "widgets/curves/curve_mouse.h"
#include "widgets/curves/curve_overlay.h"
#include "widgets/curves/curve_ticks.h"

#include <QEvent>
#include <QTimer>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>
#include <utility>

namespace phono {
namespace {

constexpr int kSmallWidth = 300; ///< a small plot wants at least so much
constexpr int kMostColumns = 4;
constexpr int kSmallHeight = 116;
constexpr int kLargeHeight = 200;
// Points that are smoothed in one go: one or two milliseconds, and less beside a frame.
constexpr std::size_t kSmoothedAtOnce = 1'500'000;
constexpr std::size_t kSmoothedWithFrame = 500'000;

} // namespace

CurveGrid::CurveGrid(const std::vector<CurvePlot>& plots, QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setFocusProxy(this);
    m_plot->setMouseTracking(true);
    m_plot->setAccessibleName(tr("Curves of the selected runs"));
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(6);
    m_plot->setPlottingHints(QCP::phCacheLabels);
    m_plot->addLayer(QStringLiteral("cursor"), m_plot->layer(QStringLiteral("overlay")));
    m_plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    // Nothing lies there: a buffer less to compose in every frame.
    m_plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmLogical);
    for (int i = 0; i < kMostColumns; ++i)
        m_sides.push_back(new QCPMarginGroup(m_plot));
    for (const CurvePlot& what : plots) {
        m_panes.push_back(std::make_unique<CurvePane>(*m_plot, what));
        m_offered << what.id;
    }
    m_overlay = std::make_unique<CurveOverlay>(*this);
    m_mouse = std::make_unique<CurveMouse>(*this);
    m_plot->installEventFilter(m_mouse.get());
    connect(m_plot, &QCustomPlot::beforeReplot, this, &CurveGrid::prepare);
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        std::vector<QSize> sizes;
        for (const auto& pane : m_panes)
            sizes.push_back(pane->plotRect().size());
        // Axes choose their marks before the layout knows their size.
        if (std::exchange(m_sizes, sizes) != sizes && !m_exporting)
            QTimer::singleShot(0, this, &CurveGrid::repaintPlots);
    });
    arrange();
    applyTheme();
}

CurveGrid::~CurveGrid()
{
    m_plot->disconnect(this);
}

CurvePane* CurveGrid::pane(const QString& id) const
{
    const auto found =
        std::ranges::find(m_panes, id, [](const auto& some) { return some->what().id; });
    return found == m_panes.end() ? nullptr : found->get();
}

bool CurveGrid::isShown(const CurvePane& pane) const
{
    return pane.rect()->visible();
}

CurvePane* CurveGrid::paneAt(QPoint point) const
{
    for (const auto& some : m_panes) {
        if (isShown(*some) && (some->plotRect() | some->headerRect()).contains(point))
            return some.get();
    }
    return nullptr;
}

QStringList CurveGrid::shownIds() const
{
    QStringList shown;
    for (const auto& some : m_panes) {
        const QString& id = some->what().id;
        if (m_offered.contains(id) && !m_settings.hidden.contains(id))
            shown << id;
    }
    return shown;
}

void CurveGrid::setOffered(const QStringList& ids)
{
    if (ids == m_offered)
        return;
    const QStringList before = shownIds();
    m_offered = ids;
    if (shownIds() != before)
        arrange();
}

int CurveGrid::wantedColumns(int small) const
{
    const int most = std::clamp(width() / kSmallWidth, 1, kMostColumns);
    const int rows = (small + most - 1) / most;
    return rows > 0 ? (small + rows - 1) / rows : 1;
}

void CurveGrid::arrange()
{
    // Rects are owned by layouts; taken out, they stay with the plot.
    const QStringList shown = shownIds();
    auto* layout = m_plot->plotLayout();
    for (const auto& some : m_panes) {
        if (some->rect()->layout())
            some->rect()->layout()->take(some->rect());
        some->rect()->setVisible(shown.contains(some->what().id));
    }
    layout->clear();
    std::vector<CurvePane*> small;
    int row = 0, least = 0;
    for (const auto& some : m_panes) {
        if (!isShown(*some))
            continue;
        if (!some->what().large) {
            small.push_back(some.get());
            continue;
        }
        addRow(row, {some.get()}, 1);
        layout->setRowStretchFactor(row++, 1.7);
        least += kLargeHeight;
    }
    m_columns = wantedColumns(int(small.size()));
    for (std::size_t at = 0; at < small.size(); at += std::size_t(m_columns)) {
        const auto end = std::min(small.size(), at + std::size_t(m_columns));
        addRow(row, {small.begin() + std::ptrdiff_t(at), small.begin() + std::ptrdiff_t(end)},
               m_columns);
        layout->setRowStretchFactor(row++, 1);
        least += kSmallHeight;
    }
    m_plot->setMinimumSize(220, least);
    repaintPlots();
}

void CurveGrid::addRow(int row, const std::vector<CurvePane*>& panes, int columns)
{
    auto* line = new QCPLayoutGrid;
    m_plot->plotLayout()->addElement(row, 0, line);
    line->setColumnSpacing(14);
    for (int column = 0; column < columns; ++column) {
        if (column >= int(panes.size())) {
            // Keeps the columns of an unfinished row as wide as those above.
            line->addElement(0, column, new QCPLayoutElement(m_plot));
            continue;
        }
        QCPAxisRect* rect = panes[std::size_t(column)]->rect();
        rect->setMarginGroup(QCP::msLeft, m_sides[std::size_t(column)]);
        line->addElement(0, column, rect);
    }
}

void CurveGrid::setEntries(const QString& id, std::vector<CurveEntry> entries)
{
    if (CurvePane* some = pane(id))
        some->setEntries(std::move(entries));
    refresh();
}

void CurveGrid::setReferences(const QString& id, std::vector<CurveReference> references)
{
    CurvePane* some = pane(id);
    if (!some || some->references() == references)
        return;
    some->setReferences(std::move(references));
    repaintPlots();
}

void CurveGrid::setTitle(const QString& id, const QString& title)
{
    CurvePane* some = pane(id);
    if (!some || some->what().title == title)
        return;
    some->setTitle(title);
    repaintOverlay();
}

CurveScale CurveGrid::fullScale() const
{
    bool any = false;
    CurveScale full{0, 1, false};
    double least = 0; // above 0, for a logarithmic axis
    for (const auto& some : m_panes) {
        for (const CurveEntry& entry : some->entries()) {
            const auto keys = entry.series->keys->on(m_settings.axis);
            const auto size = std::min(keys.size(), entry.series->values.size());
            if (size == 0)
                continue;
            full.low = any ? std::min(full.low, keys.front()) : keys.front();
            full.high = any ? std::max(full.high, keys[size - 1]) : keys[size - 1];
            any = true;
            const auto positive = std::upper_bound(keys.begin(), keys.end(), 0.0);
            if (positive != keys.end() && (least == 0 || *positive < least))
                least = *positive;
        }
    }
    if (!(full.high > full.low))
        full.high = full.low + 1;
    // Dates have no origin to be far from.
    full.log = m_settings.logX && m_settings.axis != CurveAxis::Wall && least > 0;
    if (full.log)
        full.low = std::min(least, full.high / 2);
    return full;
}

CurveScale CurveGrid::scale() const
{
    return m_window.of(fullScale());
}

void CurveGrid::setView(std::optional<CurveScale> view)
{
    if (m_window.show(view, fullScale()))
        showView();
}

void CurveGrid::fit()
{
    for (const auto& some : m_panes)
        some->setValueRange(std::nullopt);
    setView(std::nullopt);
    repaintPlots();
}

void CurveGrid::zoom(double factor, double around)
{
    if (m_window.zoom(factor, around, fullScale()))
        showView();
}

void CurveGrid::scroll(double part)
{
    if (m_window.scroll(part, fullScale()))
        showView();
}

void CurveGrid::showView()
{
    repaintPlots();
    repaintOverlay();
    Q_EMIT viewChanged();
}

void CurveGrid::refresh()
{
    m_window.follow(fullScale());
    repaintPlots();
}

void CurveGrid::setSettings(const CurveSettings& settings)
{
    if (settings == m_settings)
        return;
    const bool otherAxis = settings.axis != m_settings.axis || settings.logX != m_settings.logX;
    const bool otherPlots = settings.hidden != m_settings.hidden;
    // A range that was chosen on the other kind of axis is none on this one.
    if (settings.logY != m_settings.logY)
        for (const auto& some : m_panes)
            some->setValueRange(std::nullopt);
    m_settings = settings;
    if (otherAxis)
        m_window.reset();
    if (otherPlots)
        arrange();
    repaintPlots();
    Q_EMIT settingsChanged();
    if (otherAxis)
        Q_EMIT viewChanged();
}

bool CurveGrid::smooth(std::size_t budget)
{
    bool done = true;
    for (const auto& some : m_panes)
        done = !isShown(*some) || some->smooth(m_settings, budget) ? done : false;
    return done;
}

void CurveGrid::smoothOn()
{
    m_smoothing = !smooth(kSmoothedAtOnce);
    if (m_smoothing)
        QTimer::singleShot(0, this, &CurveGrid::smoothOn);
    else
        repaintPlots();
}

void CurveGrid::prepare()
{
    // Pictures for others are of one piece.
    const std::size_t budget = m_exporting ? std::size_t(-1) : m_smoothing ? 0 : kSmoothedWithFrame;
    if (!smooth(budget) && !m_smoothing) {
        m_smoothing = true;
        QTimer::singleShot(0, this, &CurveGrid::smoothOn);
    }
    const CurveScale x = scale();
    const double dpr = m_exporting ? 1 : m_plot->bufferDevicePixelRatio();
    const QString title = axisTitle(m_settings.axis, x.high);
    for (const auto& some : m_panes) {
        if (!isShown(*some))
            continue;
        some->prepare(x, m_settings, dpr);
        some->setAxisTitle(some->what().large ? title : QString());
    }
}

void CurveGrid::setPointer(std::optional<QPoint> pointer)
{
    m_pointer = pointer;
    repaintOverlay();
}

std::optional<double> CurveGrid::pointerKey() const
{
    const CurvePane* under = m_pointer ? paneAt(*m_pointer) : nullptr;
    if (!under || !under->plotRect().contains(*m_pointer))
        return std::nullopt;
    return under->area().keyAt(m_pointer->x());
}

void CurveGrid::setRubberBand(const QRect& rect)
{
    m_rubberBand = rect;
    repaintOverlay();
}

void CurveGrid::repaintPlots()
{
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void CurveGrid::repaintOverlay()
{
    if (std::exchange(m_overlayQueued, true))
        return;
    QTimer::singleShot(0, this, [this] {
        m_overlayQueued = false;
        m_plot->layer(QStringLiteral("cursor"))->replot();
    });
}

void CurveGrid::applyTheme()
{
    const Theme theme = Theme::of(palette());
    m_plot->setBackground(QBrush(theme.panel));
    m_plot->setFont(font());
    for (const auto& some : m_panes)
        some->applyTheme(theme, font());
    repaintPlots();
}

void CurveGrid::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        applyTheme();
}

void CurveGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const auto small = std::ranges::count_if(
        m_panes, [this](const auto& some) { return isShown(*some) && !some->what().large; });
    if (wantedColumns(int(small)) != m_columns)
        arrange();
}

} // namespace phono
