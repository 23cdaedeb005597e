#pragma once

#include "widgets/inspect/pane.h"
#include "widgets/plot/label_renderer.h"

namespace phono {

/// The tiers of labels that belong to the recording.
class LabelsPane : public Pane {
    Q_OBJECT
public:
    explicit LabelsPane(const PaneContext& context);

    QString title() const override;
    QString subtitle() const override;
    int fixedHeight() const override;
    void describe(Readout& readout, double seconds, double y) const override;
    void refresh(const Theme& theme) override;
    /// The stretch of the label at a place, for selecting it.
    std::optional<TimeRange> labelRangeAt(double seconds, double y) const;

protected:
    void paint(QPainter& painter, const PlotArea& area) override;

private:
    const Label* labelUnder(double seconds, double y) const;

    LabelColors m_colors;
    QFont m_font;
};

} // namespace phono
