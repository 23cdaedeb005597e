#pragma once

#include "widgets/inspect/readout.h"
#include "widgets/inspect/view_settings.h"
#include "widgets/plot/plot_area.h"
#include "widgets/theme.h"

#include <QObject>
#include <QString>

class QCPAxis;
class QCPAxisRect;
class QCPLayoutElement;
class QCPMarginGroup;
class QCustomPlot;
class QPainter;

namespace phono {

class Document;

/// What all panes of a stack share; all of it outlives them.
struct PaneContext {
    QCustomPlot& plot;
    QCPMarginGroup& sides; ///< aligns the left edges of all panes
    Document& document;
    TimeAxis& time;
    const ViewSettings& settings;
};

/// One strip of the stack: an axis rectangle with time to the right, and what is painted in it.
class Pane : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Pane)
public:
    /// Height of the band above each plot that holds its title, in logical pixels.
    static constexpr int kHeaderHeight = 20;

    Pane(const QString& id, const PaneContext& context);
    ~Pane() override;

    QString id() const { return objectName(); }
    QCPAxisRect* rect() const { return m_rect; }
    QRect plotRect() const;
    QRect headerRect() const;
    PlotArea area(double devicePixelRatio = 1) const;

    virtual QString title() const { return id(); }
    /// Muted text after the title.
    virtual QString subtitle() const { return {}; }
    /// What stands in the pane when there is nothing to show yet.
    virtual QString hint() const { return {}; }
    /// The hint is an offer that a click takes up.
    virtual bool offers() const { return false; }
    /// Follows the stack's time range; the overview alone does not.
    virtual bool followsTime() const { return true; }
    /// Kept by the layout: 0 shares the room by weight.
    virtual int fixedHeight() const { return 0; }
    virtual bool hasMenu() const { return false; }
    virtual bool removable() const { return true; }
    /// The colour bar beside the pane, made on the first call; null where there is none.
    virtual QCPLayoutElement* colorBar() { return nullptr; }
    /// What the colour bar's numbers are, in a word: "dB".
    virtual QString unit() const { return {}; }
    /// Pixels of the plot that belong to the colour bar; for hit tests.
    virtual QRect colorBarRect() const { return {}; }

    virtual void describe(Readout& readout, double seconds, double y) const = 0;
    /// What a frame at this time sees, for panes of features.
    virtual std::optional<TimeRange> seenAt(double) const { return std::nullopt; }
    /// The settings, the data or the theme changed: brings axes and colours up to date.
    virtual void refresh(const Theme& theme);
    /// Vertical zoom at a height (factor > 1 looks closer) and scroll, in parts of what is in view.
    virtual void zoomValues(double, double) { }
    virtual void scrollValues(double) { }
    virtual void resetValues() { }

    void setTimeRange(TimeRange range);

Q_SIGNALS:
    /// Wants to be painted again.
    void changed();

protected:
    virtual void paint(QPainter& painter, const PlotArea& area) = 0;

    const PaneContext& context() const { return m_context; }
    QCPAxis* timeAxis() const;
    QCPAxis* valueAxis() const;

private:
    PaneContext m_context;
    QCPAxisRect* m_rect; // owned by the plot's layout
};

} // namespace phono
