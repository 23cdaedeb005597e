#pragma once

#include "widgets/curves/curve_area.h"
#include "widgets/curves/curve_columns.h"
#include "widgets/curves/curve_settings.h"
#include "widgets/curves/curve_smoother.h"
#include "widgets/curves/curve_style.h"
#include "widgets/theme.h"

#include <QImage>
#include <QRect>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QCPAxisRect;
class QCustomPlot;
class QPainter;

namespace phono {

struct PlotArea;

/// What a plot of curves shows and how.
struct CurvePlot {
    enum class Legend { None, Lines, Names };
    QString id;
    QString title; ///< "loss"
    QString unit; ///< "bits per positive"
    bool large = false; ///< has a row of its own
    bool smoothed = false; ///< its values are noisy
    bool decades = false; ///< goes with a logarithmic axis
    bool fromZero = false; ///< the axis begins at 0
    bool optional = false; ///< not missed where it has no curves
    Legend legend = Legend::None;
    QString hint; ///< said when there is no curve
};

/// A curve in a plot.
struct CurveEntry {
    QString name; ///< of its run
    std::shared_ptr<const CurveSeries> series;
    CurveStyle style;
    bool marked = false; ///< few points, each with a marker; never smoothed
    QString detail; ///< what tells it from others of its run: "valid"
};

/// A level worth knowing, across a plot.
struct CurveReference {
    double value = 0;
    QString label;
    bool operator==(const CurveReference&) const = default;
};

/// What a curve has at a place.
struct CurveReading {
    const CurveEntry* entry = nullptr;
    double key = 0;
    double value = 0;
    double smoothed = 0;
};

/// One plot: an axis rect of the grid's plot with its curves and what is worked out of them.
class CurvePane {
public:
    static constexpr int kHeaderHeight = 22;

    CurvePane(QCustomPlot& plot, CurvePlot what);
    ~CurvePane();
    CurvePane(const CurvePane&) = delete;
    CurvePane& operator=(const CurvePane&) = delete;

    const CurvePlot& what() const { return m_what; }
    void setTitle(const QString& title) { m_what.title = title; }
    QCPAxisRect* rect() const { return m_rect; }
    QRect plotRect() const;
    QRect headerRect() const;

    /// Curves that stay keep what is worked out of them.
    void setEntries(std::vector<CurveEntry> entries);
    const std::vector<CurveEntry>& entries() const { return m_entries; }
    void setReferences(std::vector<CurveReference> references);
    const std::vector<CurveReference>& references() const { return m_references; }

    /// A range of values chosen by the user; nothing for what is in view.
    void setValueRange(std::optional<CurveScale> range) { m_valueRange = range; }
    bool valueRangeChosen() const { return m_valueRange.has_value(); }

    /// Goes on with lines that are not smoothed as `settings` say, for `budget` points at most,
    /// which it uses up; the old lines are shown until then. False while there is more to be done.
    bool smooth(const CurveSettings& settings, std::size_t& budget);
    /// Takes in what the curves have gained and sets both axes. `x` in keys of `settings.axis`.
    void prepare(const CurveScale& x, const CurveSettings& settings, double devicePixelRatio);
    /// Labels below the axis, or marks alone.
    void setAxisTitle(const QString& title);
    void applyTheme(const Theme& theme, const QFont& font);
    CurveArea area(double devicePixelRatio = 1) const;
    /// The last point of each curve at or before `key`; without those that end or begin elsewhere.
    std::vector<CurveReading> readingsAt(double key) const;

    /// Columns worked out so far, of all curves.
    std::int64_t columnsMade() const;

private:
    /// What is worked out of one curve: numbers and pixels, apart.
    struct Worked {
        CurveSmoother smoother;
        std::optional<CurveSmoother> next; ///< with another span, on its way
        CurveColumns columns;
        int generation = 0;
    };

    double spanOf(std::size_t entry, const CurveSettings& settings) const;
    SmoothedCurve smoothed(std::size_t entry) const;
    void place(const CurveScale& x, int columns);
    CurveScale valueScale() const;
    void paint(QPainter& painter, const PlotArea& plotArea);
    void paintReferences(QPainter& painter, const CurveArea& area) const;

    CurvePlot m_what;
    QCustomPlot& m_plot;
    QCPAxisRect* m_rect = nullptr; // the plot's layout owns it
    std::vector<CurveEntry> m_entries;
    std::vector<std::unique_ptr<Worked>> m_worked; // one for each entry
    std::vector<CurveReference> m_references;
    std::optional<CurveScale> m_valueRange;
    CurveSettings m_settings;
    CurveScale m_x, m_y;
    QImage m_canvas;
    Theme m_theme;
};

} // namespace phono
