#pragma once

#include "widgets/inspect/pane.h"
#include "widgets/plot/feature_summarizer.h"

#include <QImage>
#include <QMap>
#include <QPointF>
#include <QWidget>

#include <map>
#include <memory>
#include <optional>
#include <vector>

class QCPPainter;
class QIODevice;

namespace phono {

class PaneMouse;
class PaneOverlay;

/// How far the computation of a pane's numbers is.
struct PaneActivity {
    QString stage;
    double fraction = 0;
};

/// The panes of a recording, stacked over one time axis in a single plot.
class PaneStack : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PaneStack)
public:
    PaneStack(Document& document, TimeAxis& time, QWidget* parent = nullptr);
    ~PaneStack() override;

    Document& document() const { return m_document; }
    TimeAxis& timeAxis() const { return m_time; }
    QCustomPlot& plot() const { return *m_plot; }

    const ViewSettings& settings() const { return m_settings; }
    void setSettings(const ViewSettings& settings);
    void setActivity(const QString& pane, std::optional<PaneActivity> activity);
    std::optional<PaneActivity> activity(const QString& pane) const;

    /// From top to bottom.
    const std::vector<std::unique_ptr<Pane>>& panes() const { return m_panes; }
    Pane* pane(const QString& id) const;
    /// The pane whose plot, title or colour bar lies at a point; null between them.
    Pane* paneAt(QPoint point) const;
    /// Gives `pixels` of height from the pane to the one above it.
    void resizePane(const Pane& lower, int pixels);

    /// Where the pointer is; nothing outside.
    void setPointer(std::optional<QPoint> point);
    std::optional<QPoint> pointer() const { return m_pointer; }
    const Readout& readout() const { return m_readout; }
    std::optional<FeatureCell> currentCell() const { return m_currentCell; }
    void setCurrentCell(const FeatureCell& cell);
    /// What the frame under the pointer sees, else the frame at the cursor.
    std::optional<TimeRange> seenRange() const;
    /// The numbers of a pane; null while there are none.
    std::shared_ptr<const FeatureSummary> summary(const QString& pane) const;

    /// Waits for all work that a picture needs.
    void finish();
    QImage render(QSize size, qreal devicePixelRatio);
    /// False when the device cannot be written.
    bool writePdf(QIODevice& device);
    /// A picture is being made: nothing that only belongs on the screen is painted.
    bool exporting() const { return m_exporting; }

    void repaintPlots();
    void repaintOverlay();

Q_SIGNALS:
    void readoutChanged(const phono::Readout& readout);
    void currentCellChanged();
    void settingsChanged();
    void summaryChanged(const QString& pane);
    void paneMenuRequested(const QString& pane, QPoint globalPosition);
    void contextMenuRequested(QPoint globalPosition);
    void hintClicked(const QString& pane);
    void playRequested(phono::TimeRange range);

protected:
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    void addPane(std::unique_ptr<Pane> pane);
    void applyHeights();
    void refresh();
    void requestSummaries();
    void requestSummary(const QString& pane);
    void showTime();
    void updateReadout();
    FeatureSummarizer& summarizer(const QString& pane);
    QStringList wantedPanes() const;
    void draw(QCPPainter& painter, QSize size);

    Document& m_document;
    TimeAxis& m_time;
    ViewSettings m_settings;
    QCustomPlot* m_plot = nullptr;
    QCPMarginGroup* m_sides = nullptr;
    std::map<QString, std::unique_ptr<FeatureSummarizer>> m_summarizers;
    std::vector<std::unique_ptr<Pane>> m_panes; // after the summarizers that they refer to
    std::unique_ptr<PaneOverlay> m_overlay;
    std::unique_ptr<PaneMouse> m_mouse;
    QMap<QString, PaneActivity> m_activities;
    std::optional<QPoint> m_pointer;
    Readout m_readout;
    std::optional<FeatureCell> m_currentCell;
    std::vector<int> m_layoutHeights; ///< of the last layout: axes depend on them
    bool m_overlayQueued = false;
    bool m_exporting = false;
};

} // namespace phono
