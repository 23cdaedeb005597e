#include "widgets/curves/curve_pane.h"

#include "widgets/curves/curve_painter.h"
#include "widgets/curves/curve_ticks.h"
#include "widgets/plot/function_ticker.h"
#include "widgets/plot/painted_plottable.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace phono {
namespace {

constexpr double kLabelWidth = 64;
constexpr double kLabelHeight = 22;
constexpr double kMostLabels = 7; ///< on an axis
constexpr double kLineWidth = 1.7;

QSharedPointer<QCPAxisTicker> ticker(FunctionTicker::Ticks ticks)
{
    return QSharedPointer<QCPAxisTicker>(new FunctionTicker(std::move(ticks)));
}

/// Of extremes that are few and may be extreme: the value that a share of them does not exceed.
float quantile(std::vector<float>& values, double share)
{
    const auto at = std::ptrdiff_t(std::lround(share * double(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[std::size_t(at)];
}

} // namespace

CurvePane::CurvePane(QCustomPlot& plot, CurvePlot what)
    : m_what(std::move(what))
    , m_plot(plot)
    , m_rect(new QCPAxisRect(&plot, false))
{
    // Its ground would cover the grid from any other layer.
    m_rect->setLayer(QStringLiteral("background"));
    m_rect->addAxes(QCPAxis::atLeft | QCPAxis::atBottom | QCPAxis::atTop | QCPAxis::atRight);
    m_rect->setMinimumMargins(QMargins(0, kHeaderHeight, 2, 0));
    m_rect->setMinimumSize(80, 60);
    for (QCPAxis* axis : m_rect->axes()) {
        const bool labelled =
            axis->axisType() == QCPAxis::atLeft || axis->axisType() == QCPAxis::atBottom;
        axis->setLayer(QStringLiteral("axes"));
        axis->grid()->setLayer(QStringLiteral("grid"));
        axis->grid()->setVisible(labelled);
        axis->setSubTicks(false);
        axis->setTickLabels(labelled);
        axis->setTicks(labelled);
        axis->setTickLength(0, 4);
        axis->setTickLabelPadding(3);
        axis->setLabelPadding(2);
        axis->setPadding(2);
    }
    m_rect->axis(QCPAxis::atBottom)->setTicker(ticker([this](double, double) {
        const double width = m_rect->width();
        const double room = std::max(kLabelWidth, width / kMostLabels);
        switch (m_settings.axis) {
        case CurveAxis::Relative:
            return relativeTicks(m_x, width, room);
        case CurveAxis::Wall:
            return wallTicks(m_x, width, std::max(room, kLabelWidth * 1.2));
        default:
            return curveTicks(m_x, width, room);
        }
    }));
    m_rect->axis(QCPAxis::atLeft)->setTicker(ticker([this](double, double) {
        return curveTicks(m_y, m_rect->height(),
                          std::max(kLabelHeight, m_rect->height() / kMostLabels));
    }));
    auto* plottable = new PaintedPlottable(
        m_rect->axis(QCPAxis::atBottom), m_rect->axis(QCPAxis::atLeft),
        [this](QPainter& painter, const PlotArea& plotArea) { paint(painter, plotArea); });
    plottable->setLayer(QStringLiteral("main"));
}

CurvePane::~CurvePane() = default;

QRect CurvePane::plotRect() const
{
    return m_rect->rect();
}

QRect CurvePane::headerRect() const
{
    const QRect plot = plotRect();
    return {plot.left(), plot.top() - kHeaderHeight, plot.width(), kHeaderHeight};
}

void CurvePane::setEntries(std::vector<CurveEntry> entries)
{
    std::vector<std::unique_ptr<Worked>> worked;
    for (const CurveEntry& entry : entries) {
        const auto same = std::ranges::find_if(m_entries, [&](const CurveEntry& old) {
            return old.series == entry.series && old.marked == entry.marked;
        });
        auto* known =
            same == m_entries.end() ? nullptr : &m_worked[std::size_t(same - m_entries.begin())];
        worked.push_back(known && *known ? std::move(*known) : std::make_unique<Worked>());
    }
    m_entries = std::move(entries);
    m_worked = std::move(worked);
}

void CurvePane::setReferences(std::vector<CurveReference> references)
{
    m_references = std::move(references);
}

double CurvePane::spanOf(std::size_t entry, const CurveSettings& settings) const
{
    return m_what.smoothed && !m_entries[entry].marked ? settings.smoothing : 0;
}

bool CurvePane::smooth(const CurveSettings& settings, std::size_t& budget)
{
    bool done = true;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const CurveSeries& series = *m_entries[i].series;
        Worked& worked = *m_worked[i];
        const double span = spanOf(i, settings);
        if (worked.generation != series.values.generation()) {
            // There is no old line to be shown.
            worked.columns.reset();
            worked.smoother.reset();
            worked.next.reset();
            worked.generation = series.values.generation();
        }
        if (worked.smoother.size() == 0)
            worked.smoother.setSpan(span);
        if (worked.smoother.span() == span) {
            worked.next.reset();
            continue;
        }
        if (!worked.next || worked.next->span() != span)
            worked.next.emplace().setSpan(span);
        budget -= worked.next->follow(series.values, series.keys->on(CurveAxis::Update), budget);
        if (worked.next->size() < series.values.size()) {
            done = false;
            continue;
        }
        worked.smoother = std::move(*worked.next);
        worked.next.reset();
        worked.columns.smoothAnew();
    }
    return done;
}

void CurvePane::prepare(const CurveScale& x, const CurveSettings& settings, double devicePixelRatio)
{
    const bool sameAxis = settings.axis == m_settings.axis;
    m_settings = settings;
    m_x = x;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const CurveSeries& series = *m_entries[i].series;
        if (!sameAxis)
            m_worked[i]->columns.reset();
        m_worked[i]->smoother.follow(series.values, series.keys->on(CurveAxis::Update));
    }
    place(x, int(std::lround(m_rect->width() * devicePixelRatio)));
    m_y = valueScale();
    QCPAxis* bottom = m_rect->axis(QCPAxis::atBottom);
    QCPAxis* left = m_rect->axis(QCPAxis::atLeft);
    for (const auto& [axis, scale] : {std::pair(bottom, m_x), std::pair(left, m_y)}) {
        axis->setScaleType(scale.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis->setRange(scale.low, scale.high);
    }
}

SmoothedCurve CurvePane::smoothed(std::size_t entry) const
{
    const CurveSeries& series = *m_entries[entry].series;
    return {m_worked[entry]->smoother, series.values, series.keys->on(CurveAxis::Update)};
}

void CurvePane::place(const CurveScale& x, int columns)
{
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        m_worked[i]->columns.place(x, columns, m_entries[i].series->keys->on(m_settings.axis),
                                   smoothed(i));
}

CurveScale CurvePane::valueScale() const
{
    if (m_valueRange)
        return *m_valueRange;
    const bool log = m_what.decades && m_settings.logY;
    Extremes shown;
    const auto include = [&](float value) {
        if (std::isfinite(value) && (!log || value > 0))
            shown.include(value);
    };
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        std::vector<float> lows, highs;
        for (const auto& column : m_worked[i]->columns.columns()) {
            include(column.last);
            if (!column.raw.empty()) {
                lows.push_back(column.raw.low);
                highs.push_back(column.raw.high);
            }
        }
        // A single spike does not press all the rest flat; where there are few, all count.
        const bool noisy = m_what.smoothed && !m_entries[i].marked && lows.size() >= 50;
        if (!lows.empty() && (m_settings.raw || !m_what.smoothed)) {
            include(quantile(lows, noisy ? 0.02 : 0));
            include(quantile(highs, noisy ? 0.98 : 1));
        }
    }
    if (shown.empty())
        return {log ? 0.1 : 0.0, 1.0, log};
    double low = double(shown.low), high = double(shown.high);
    for (const CurveReference& reference : m_references) {
        // A level just outside is worth the room.
        const double near = 0.3 * (high - low);
        if (reference.value > high && reference.value < high + near)
            high = reference.value;
        if (reference.value < low && reference.value > low - near)
            low = reference.value;
    }
    if (log) {
        const double room = high > low ? std::pow(high / low, 0.05) : 1.1;
        return {low / room, high * room, true};
    }
    const double room = high > low ? (high - low) * 0.06 : std::max(std::abs(high) * 0.1, 1e-6);
    const bool zero = m_what.fromZero && low >= 0;
    return {zero ? 0 : low - room, high + room, false};
}

void CurvePane::setAxisTitle(const QString& title)
{
    m_rect->axis(QCPAxis::atBottom)->setLabel(title);
}

void CurvePane::applyTheme(const Theme& theme, const QFont& font)
{
    m_theme = theme;
    const QFont small = smallFont(font);
    for (QCPAxis* axis : m_rect->axes()) {
        axis->setBasePen(QPen(theme.border, 1));
        axis->setTickPen(QPen(theme.border, 1));
        axis->setTickLabelColor(theme.muted);
        axis->setLabelColor(theme.muted);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->grid()->setPen(QPen(theme.grid, 1));
        axis->grid()->setZeroLinePen(QPen(theme.grid, 1));
    }
    m_rect->setBackground(QBrush(theme.plot));
}

CurveArea CurvePane::area(double devicePixelRatio) const
{
    return {QRectF(plotRect()), m_x, m_y, devicePixelRatio};
}

std::vector<CurveReading> CurvePane::readingsAt(double key) const
{
    std::vector<CurveReading> readings;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const CurveEntry& entry = m_entries[i];
        const auto keys = entry.series->keys->on(m_settings.axis);
        const SmoothedCurve curve = smoothed(i);
        const std::size_t size = std::min(keys.size(), curve.size());
        const auto begin = keys.begin();
        const auto after = std::upper_bound(begin, begin + std::ptrdiff_t(size), key);
        if (after == begin)
            continue;
        // A curve that ended says nothing of what is far behind its end.
        if (after == begin + std::ptrdiff_t(size) && m_x.part(key) - m_x.part(*(after - 1)) > 0.02)
            continue;
        const auto at = std::size_t(after - begin - 1);
        readings.push_back({&entry, keys[at], double(entry.series->values[at]), double(curve[at])});
    }
    return readings;
}

std::int64_t CurvePane::columnsMade() const
{
    std::int64_t made = 0;
    for (const auto& worked : m_worked)
        made += worked->columns.columnsMade();
    return made;
}

void CurvePane::paintReferences(QPainter& painter, const CurveArea& area) const
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(m_theme.muted, 1, Qt::CustomDashLine));
    for (const CurveReference& reference : m_references) {
        const double y = std::floor(area.yOf(reference.value)) + 0.5;
        if (y < area.rect.top() || y > area.rect.bottom())
            continue;
        QPen pen(m_theme.muted, 1);
        pen.setDashPattern({2, 4});
        painter.setPen(pen);
        painter.drawLine(QPointF(area.rect.left(), y), QPointF(area.rect.right(), y));
    }
}

void CurvePane::paint(QPainter& painter, const PlotArea& plotArea)
{
    const bool vector =
        static_cast<QCPPainter&>(painter).modes().testFlag(QCPPainter::pmVectorized);
    const CurveArea area{plotArea.rect, m_x, m_y, plotArea.devicePixelRatio};
    place(m_x, area.columns());
    paintReferences(painter, area);
    const bool lines = m_what.smoothed && m_settings.smoothing > 0;
    const auto each = [&](auto paintOne) {
        for (std::size_t i = 0; i < m_entries.size(); ++i) {
            const CurveColumns& columns = m_worked[i]->columns;
            if (columns.last() > columns.first())
                paintOne(m_entries[i],
                         PlacedCurve{m_entries[i].series->keys->on(m_settings.axis), smoothed(i),
                                     columns});
        }
    };
    // Faint values first, then lines, then markers: nothing that matters is painted over.
    const auto ink = CurveInk::on(painter, area, vector, m_canvas);
    each([&](const CurveEntry& entry, const PlacedCurve& placed) {
        if (entry.marked || !m_what.smoothed || (lines && !m_settings.raw))
            return;
        QColor color = entry.style.color;
        if (lines)
            color.setAlphaF(m_theme.dark ? 0.30F : 0.24F);
        drawRaw(*ink, area, placed, color);
    });
    each([&](const CurveEntry& entry, const PlacedCurve& placed) {
        if (entry.marked)
            drawThrough(*ink, area, placed, entry.style.color);
        else if (lines || !m_what.smoothed)
            drawSmoothed(*ink, area, placed, entry.style, kLineWidth);
    });
    ink->finish();
    each([&](const CurveEntry& entry, const PlacedCurve& placed) {
        if (entry.marked)
            paintMarkers(painter, area, placed, entry.style, m_theme.plot);
    });
}

} // namespace phono
