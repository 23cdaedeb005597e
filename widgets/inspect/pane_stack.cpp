#include "widgets/inspect/pane_stack.h"

#include "widgets/document.h"
#include "widgets/inspect/feature_pane.h"
#include "widgets/inspect/labels_pane.h"
#include "widgets/inspect/pane_mouse.h"
#include "widgets/inspect/pane_overlay.h"
#include "widgets/inspect/ruler_pane.h"
#include "widgets/inspect/waveform_pane.h"
#include "widgets/plot/plot_picture.h"

#include <QTimer>
#include <QVBoxLayout>
#include <qcustomplot.h>

#include <algorithm>

namespace phono {

PaneStack::PaneStack(Document& document, TimeAxis& time, QWidget* parent)
    : QWidget(parent)
    , m_document(document)
    , m_time(time)
    , m_plot(new QCustomPlot(this))
    , m_sides(new QCPMarginGroup(m_plot))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    setFocusPolicy(Qt::StrongFocus);
    m_plot->setFocusProxy(this);
    m_plot->setAccessibleName(tr("Recording over time"));
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->setRowSpacing(0);
    m_plot->plotLayout()->setColumnSpacing(8);
    m_plot->setPlottingHints(QCP::phCacheLabels);
    m_plot->setMinimumSize(240, 160);
    m_plot->addLayer(QStringLiteral("cursor"), m_plot->layer(QStringLiteral("overlay")));
    m_plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    m_overlay = std::make_unique<PaneOverlay>(*this);
    m_mouse = std::make_unique<PaneMouse>(*this);
    m_plot->installEventFilter(m_mouse.get());

    connect(&m_document, &Document::audioChanged, this, &PaneStack::rebuild);
    connect(&m_document, &Document::audioGrew, this, &PaneStack::refresh);
    connect(&m_document, &Document::labelsChanged, this, &PaneStack::rebuild);
    connect(&m_document, &Document::modelChanged, this, [this] {
        m_panes.clear();
        std::erase_if(m_summarizers, [](const auto& entry) {
            return entry.first != QLatin1String("spectrogram");
        });
        rebuild();
    });
    connect(&m_document, &Document::spectrogramChanged, this,
            [this] { requestSummary(QStringLiteral("spectrogram")); });
    connect(&m_document, &Document::featureChanged, this, &PaneStack::requestSummary);
    connect(&m_time, &TimeAxis::durationChanged, this, &PaneStack::refresh);
    connect(&m_time, &TimeAxis::visibleChanged, this, &PaneStack::showTime);
    for (const auto changed :
         {&TimeAxis::cursorChanged, &TimeAxis::selectionChanged, &TimeAxis::playHeadChanged})
        connect(&m_time, changed, this, &PaneStack::repaintOverlay);
    connect(m_plot, &QCustomPlot::afterLayout, this, [this] {
        std::vector<int> heights;
        for (const auto& pane : m_panes)
            heights.push_back(pane->plotRect().height());
        // Axes choose their marks before the layout knows their size.
        if (std::exchange(m_layoutHeights, heights) != heights && !m_exporting)
            QTimer::singleShot(0, this, &PaneStack::refresh);
    });
    rebuild();
}

PaneStack::~PaneStack()
{
    m_plot->disconnect(this);
}

QStringList PaneStack::wantedPanes() const
{
    QStringList wanted;
    if (m_settings.overview)
        wanted << QStringLiteral("overview");
    if (m_settings.waveform)
        wanted << QStringLiteral("waveform");
    if (m_settings.spectrogram)
        wanted << QStringLiteral("spectrogram");
    wanted << m_settings.features;
    if (m_settings.labels && !m_document.labels().empty())
        wanted << QStringLiteral("labels");
    return wanted << QStringLiteral("ruler");
}

void PaneStack::rebuild()
{
    m_panes.clear();
    m_plot->clearPlottables();
    m_plot->plotLayout()->clear();
    const PaneContext context{*m_plot, *m_sides, m_document, m_time, m_settings};
    for (const QString& id : wantedPanes()) {
        if (id == QLatin1String("overview"))
            addPane(std::make_unique<OverviewPane>(context));
        else if (id == QLatin1String("waveform"))
            addPane(std::make_unique<WaveformPane>(context));
        else if (id == QLatin1String("spectrogram"))
            addPane(std::make_unique<SpectrogramPane>(context, summarizer(id)));
        else if (id == QLatin1String("labels"))
            addPane(std::make_unique<LabelsPane>(context));
        else if (id == QLatin1String("ruler"))
            addPane(std::make_unique<RulerPane>(context));
        else
            addPane(std::make_unique<FeaturePane>(id, context, summarizer(id)));
    }
    m_plot->plotLayout()->setColumnStretchFactor(0, 1000);
    requestSummaries();
    refresh();
    showTime();
}

void PaneStack::addPane(std::unique_ptr<Pane> pane)
{
    const int row = int(m_panes.size());
    m_plot->plotLayout()->addElement(row, 0, pane->rect());
    if (auto* bar = pane->colorBar())
        m_plot->plotLayout()->addElement(row, 1, bar);
    connect(pane.get(), &Pane::changed, this, &PaneStack::repaintPlots);
    m_panes.push_back(std::move(pane));
}

void PaneStack::applyHeights()
{
    for (std::size_t row = 0; row < m_panes.size(); ++row) {
        Pane& some = *m_panes[row];
        const int fixed = some.fixedHeight();
        constexpr int kLeastHeight = 24;
        some.rect()->setMinimumSize(40, fixed > 0 ? fixed : kLeastHeight);
        some.rect()->setMaximumSize(QWIDGETSIZE_MAX, fixed > 0 ? fixed : QWIDGETSIZE_MAX);
        // Rows of fixed height need a factor too; their largest size holds them.
        const double weight = fixed > 0 ? 0.001 : m_settings.heights.value(some.id(), 1);
        m_plot->plotLayout()->setRowStretchFactor(int(row), weight);
    }
}

void PaneStack::resizePane(const Pane& lower, int pixels)
{
    const auto at = std::ranges::find(m_panes, &lower, [](const auto& p) { return p.get(); });
    auto above = std::make_reverse_iterator(at);
    while (above != m_panes.rend() && (*above)->fixedHeight() > 0)
        ++above;
    auto below = at;
    while (below != m_panes.end() && (*below)->fixedHeight() > 0)
        ++below;
    if (above == m_panes.rend() || below == m_panes.end())
        return;
    constexpr int kLeast = Pane::kHeaderHeight + 32;
    const auto full = [](const Pane& p) {
        return p.rect()->outerRect().height();
    };
    const int moved =
        std::clamp(pixels, kLeast - full(**above), std::max(0, full(**below) - kLeast));
    // All weights become pixels, so that the others keep their heights.
    for (const auto& some : m_panes) {
        if (some->fixedHeight() == 0)
            m_settings.heights[some->id()] = full(*some);
    }
    m_settings.heights[(*above)->id()] += moved;
    m_settings.heights[(*below)->id()] -= moved;
    double sum = 0;
    for (const auto& some : m_panes)
        sum += some->fixedHeight() == 0 ? m_settings.heights[some->id()] : 0;
    const auto count =
        std::ranges::count_if(m_panes, [](const auto& some) { return some->fixedHeight() == 0; });
    for (const auto& some : m_panes) {
        if (some->fixedHeight() == 0)
            m_settings.heights[some->id()] *= double(count) / sum;
    }
    applyHeights();
    repaintPlots();
    Q_EMIT settingsChanged();
}

FeatureSummarizer& PaneStack::summarizer(const QString& id)
{
    auto& entry = m_summarizers[id];
    if (!entry) {
        entry = std::make_unique<FeatureSummarizer>();
        connect(entry.get(), &FeatureSummarizer::summaryChanged, this, [this, id] {
            if (Pane* shown = pane(id))
                shown->refresh(Theme::of(palette()));
            updateReadout();
            repaintPlots();
            Q_EMIT summaryChanged(id);
        });
    }
    return *entry;
}

void PaneStack::requestSummaries()
{
    for (const auto& some : m_panes)
        requestSummary(some->id());
}

void PaneStack::requestSummary(const QString& id)
{
    const auto known = m_summarizers.find(id);
    if (known == m_summarizers.end())
        return;
    const bool spectrogram = id == QLatin1String("spectrogram");
    const auto feature = spectrogram ? m_document.spectrogram() : m_document.feature(id);
    if (feature.values.empty())
        return;
    known->second->request({feature.values, m_settings.aggregation,
                            spectrogram ? ChannelOrder::Index : m_settings.order,
                            feature.complete()});
}

void PaneStack::refresh()
{
    const Theme theme = Theme::of(palette());
    m_plot->setBackground(QBrush(theme.panel));
    m_plot->setFont(font());
    for (const auto& some : m_panes)
        some->refresh(theme);
    applyHeights();
    repaintPlots();
}

void PaneStack::showTime()
{
    for (const auto& some : m_panes) {
        if (some->followsTime())
            some->setTimeRange(m_time.visible());
    }
    updateReadout();
    repaintPlots();
}

void PaneStack::setSettings(const ViewSettings& settings)
{
    if (settings == m_settings)
        return;
    const QStringList before = wantedPanes();
    m_settings = settings;
    if (wantedPanes() != before) {
        rebuild();
    } else {
        requestSummaries();
        refresh();
    }
    Q_EMIT settingsChanged();
}

void PaneStack::setActivity(const QString& id, std::optional<PaneActivity> activity)
{
    if (activity)
        m_activities[id] = *activity;
    else
        m_activities.remove(id);
    repaintOverlay();
}

std::optional<PaneActivity> PaneStack::activity(const QString& id) const
{
    const auto found = m_activities.find(id);
    return found == m_activities.end() ? std::nullopt : std::optional(*found);
}

Pane* PaneStack::pane(const QString& id) const
{
    const auto found = std::ranges::find(m_panes, id, [](const auto& some) { return some->id(); });
    return found == m_panes.end() ? nullptr : found->get();
}

Pane* PaneStack::paneAt(QPoint point) const
{
    for (const auto& some : m_panes) {
        if (some->plotRect().contains(point) || some->colorBarRect().contains(point)
            || (!some->title().isEmpty() && some->headerRect().contains(point)))
            return some.get();
    }
    return nullptr;
}

void PaneStack::setPointer(std::optional<QPoint> point)
{
    m_pointer = point;
    updateReadout();
    repaintOverlay();
}

void PaneStack::updateReadout()
{
    Readout next;
    const Pane* under = m_pointer ? paneAt(*m_pointer) : nullptr;
    if (under && under->plotRect().contains(*m_pointer) && m_document.hasAudio()) {
        const double seconds = under->area().timeAt(m_pointer->x());
        next.pane = under->id();
        next.time = std::clamp(seconds, 0.0, m_time.duration());
        next.sample = qint64(*next.time * kModelRate);
        under->describe(next, *next.time, m_pointer->y());
    }
    if (next == m_readout)
        return;
    m_readout = next;
    Q_EMIT readoutChanged(m_readout);
}

void PaneStack::setCurrentCell(const FeatureCell& cell)
{
    if (m_currentCell == cell)
        return;
    m_currentCell = cell;
    Q_EMIT currentCellChanged();
}

std::optional<TimeRange> PaneStack::seenRange() const
{
    if (m_readout.seen)
        return m_readout.seen;
    if (!m_time.cursor())
        return std::nullopt;
    const Pane* chosen = m_currentCell ? pane(m_currentCell->feature) : nullptr;
    if (!chosen && !m_settings.features.isEmpty())
        chosen = pane(m_settings.features.first());
    return chosen ? chosen->seenAt(*m_time.cursor()) : std::nullopt;
}

std::shared_ptr<const FeatureSummary> PaneStack::summary(const QString& id) const
{
    const auto found = m_summarizers.find(id);
    return found == m_summarizers.end() ? nullptr : found->second->summary();
}

void PaneStack::repaintPlots()
{
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PaneStack::repaintOverlay()
{
    if (std::exchange(m_overlayQueued, true))
        return;
    QTimer::singleShot(0, this, [this] {
        m_overlayQueued = false;
        m_plot->layer(QStringLiteral("cursor"))->replot();
    });
}

void PaneStack::finish()
{
    requestSummaries();
    for (const auto& [id, entry] : m_summarizers)
        entry->finish();
}

void PaneStack::draw(QCPPainter& painter, QSize size)
{
    finish();
    m_exporting = true;
    drawPlot(*m_plot, painter, size, [this] {
        const Theme theme = Theme::of(palette());
        for (const auto& some : m_panes)
            some->refresh(theme);
    });
    m_exporting = false;
    m_layoutHeights.clear();
    refresh();
}

QImage PaneStack::render(QSize size, qreal devicePixelRatio)
{
    return plotImage(size, devicePixelRatio,
                     [this](QCPPainter& painter, QSize each) { draw(painter, each); });
}

bool PaneStack::writePdf(QIODevice& device)
{
    return writePlotPdf(device, m_plot->size(),
                        [this](QCPPainter& painter, QSize size) { draw(painter, size); });
}

void PaneStack::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        refresh();
}

} // namespace phono
