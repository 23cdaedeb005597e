#pragma once

#include "widgets/inspect/heatmap_pane.h"

namespace phono {

/// A feature of the model: z, c or any layer.
class FeaturePane : public HeatmapPane {
    Q_OBJECT
public:
    FeaturePane(const QString& feature, const PaneContext& context, FeatureSummarizer& summarizer);

    QString subtitle() const override;
    QString hint() const override;
    bool offers() const override;
    QString unit() const override { return scores() ? tr("z-score") : tr("value"); }
    void describe(Readout& readout, double seconds, double y) const override;
    std::optional<TimeRange> seenAt(double seconds) const override;
    void refresh(const Theme& theme) override;
    FrameGeometry geometry() const override;

protected:
    ColorMap colors() const override;
    bool scores() const override { return context().settings.scores; }
    std::pair<double, double> limits(const FeatureSummary& summary) const override;

private:
    const FeatureInfo* info() const;
};

/// Log power over frequency.
class SpectrogramPane : public HeatmapPane {
    Q_OBJECT
public:
    SpectrogramPane(const PaneContext& context, FeatureSummarizer& summarizer);

    QString title() const override;
    QString subtitle() const override;
    QString hint() const override;
    QString unit() const override { return tr("dB"); }
    void describe(Readout& readout, double seconds, double y) const override;
    void refresh(const Theme& theme) override;

protected:
    FrameGeometry geometry() const override;
    ColorMap colors() const override { return context().settings.colors; }
    std::pair<double, double> limits(const FeatureSummary& summary) const override;

private:
    std::vector<double> m_frequencies; ///< of each row, in Hz
};

} // namespace phono
