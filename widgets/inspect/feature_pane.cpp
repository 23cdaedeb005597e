#include "widgets/inspect/feature_pane.h"

#include "widgets/document.h"
#include "widgets/plot/axis_ticks.h"
#include "widgets/plot/function_ticker.h"

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

/// Round dimensions on an axis of `pixels` that shows [low, high].
std::vector<AxisTick> rowTicks(double low, double high, double pixels, double labelPixels)
{
    constexpr std::array kSteps = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096};
    const double least = (high - low) * labelPixels / std::max(1.0, pixels);
    const auto step = std::ranges::find_if(kSteps, [&](int s) { return s >= least; });
    std::vector<AxisTick> ticks;
    if (step == kSteps.end())
        return ticks;
    for (double row = std::ceil(low / *step) * *step; row <= high; row += *step) {
        if (row >= 0)
            ticks.push_back({row, QString::number(qint64(row))});
    }
    return ticks;
}

} // namespace

FeaturePane::FeaturePane(const QString& feature, const PaneContext& context,
                         FeatureSummarizer& summarizer)
    : HeatmapPane(feature, context, summarizer)
{
    valueAxis()->setTicker(QSharedPointer<FunctionTicker>::create([this](double low, double high) {
        const QFontMetricsF metrics(valueAxis()->tickLabelFont());
        return rowTicks(low, high, plotRect().height(), metrics.height() * 1.6);
    }));
}

const FeatureInfo* FeaturePane::info() const
{
    const auto& offered = context().document.offeredFeatures();
    const auto found = std::ranges::find(offered, id().toStdString(), &FeatureInfo::name);
    return found == offered.end() ? nullptr : &*found;
}

QString FeaturePane::subtitle() const
{
    const auto* feature = info();
    if (!feature)
        return {};
    QStringList parts{tr("%1 dims").arg(feature->channels)};
    const auto& settings = context().settings;
    if (settings.order != ChannelOrder::Index)
        parts << tr("by %1").arg(channelOrderName(settings.order));
    if (settings.scores)
        parts << tr("z-score per dimension");
    if (settings.aggregation != Aggregation::Max)
        parts << aggregationName(settings.aggregation);
    return parts.join(QStringLiteral(" · "));
}

QString FeaturePane::hint() const
{
    if (const auto known = summary(); known && known->pyramid.frames() > 0)
        return {};
    const auto& document = context().document;
    if (document.modelComing())
        return tr("%1 follows when the checkpoint is read.").arg(id());
    if (document.modelTitle().isEmpty())
        return tr("No checkpoint is open. Click to choose one and see %1.").arg(id());
    if (!document.audioComplete())
        return tr("%1 follows when the recording is decoded.").arg(id());
    if (!info())
        return tr("This model has no %1. Choose another layer in the pane's title.").arg(id());
    return tr("%1 is not computed yet. Click to compute it.").arg(id());
}

bool FeaturePane::offers() const
{
    const auto& document = context().document;
    const bool computable = document.audioComplete() && info();
    const bool wantsModel = document.modelTitle().isEmpty() && !document.modelComing();
    return !hint().isEmpty() && (computable || wantsModel);
}

FrameGeometry FeaturePane::geometry() const
{
    const auto* feature = info();
    return feature ? FrameGeometry::of(*feature, context().document.offeredFeatures())
                   : FrameGeometry();
}

ColorMap FeaturePane::colors() const
{
    const auto& settings = context().settings;
    return settings.scores ? ColorMap::Diverging : settings.colors;
}

std::pair<double, double> FeaturePane::limits(const FeatureSummary& known) const
{
    const auto& settings = context().settings;
    if (!settings.scores)
        return {known.values.at(settings.limits.low), known.values.at(settings.limits.high)};
    // Both tails of a symmetric range together leave out as much as the percentiles do.
    const double outside = settings.limits.low + 100 - settings.limits.high;
    const double reach = known.scores.at(100 - outside);
    return {-reach, reach};
}

void FeaturePane::refresh(const Theme& theme)
{
    HeatmapPane::refresh(theme);
    const auto order = context().settings.order;
    QString label = order == ChannelOrder::Index ? tr("dimension")
                                                 : tr("rank by %1").arg(channelOrderName(order));
    const QFontMetricsF metrics(valueAxis()->labelFont());
    if (metrics.horizontalAdvance(label) > plotRect().height())
        label.clear();
    valueAxis()->setLabel(label);
}

void FeaturePane::describe(Readout& readout, double seconds, double y) const
{
    const auto known = summary();
    const auto frames = geometry();
    const auto frame = frames.frameAt(seconds);
    const auto rank = rankAt(y);
    if (!known || frame < 0 || frame >= known->pyramid.frames())
        return;
    readout.frame = frame;
    readout.seen = frames.seen(frame);
    if (!rank)
        return;
    const int channel = known->order[std::size_t(*rank)];
    const double value = double(known->pyramid.values().frame(frame)[std::size_t(channel)]);
    readout.dimension = channel;
    readout.value = value;
    const double deviation = known->statistics.deviation(channel);
    if (context().settings.scores && deviation > 0)
        readout.score = (value - known->statistics.mean(channel)) / deviation;
}

std::optional<TimeRange> FeaturePane::seenAt(double seconds) const
{
    const auto known = summary();
    const auto frames = geometry();
    const auto frame = frames.frameAt(seconds);
    if (!known || frame < 0 || frame >= known->pyramid.frames())
        return std::nullopt;
    return frames.seen(frame);
}

SpectrogramPane::SpectrogramPane(const PaneContext& context, FeatureSummarizer& summarizer)
    : HeatmapPane(QStringLiteral("spectrogram"), context, summarizer)
{
    valueAxis()->setTicker(QSharedPointer<FunctionTicker>::create([this](double low, double high) {
        const QFontMetricsF metrics(valueAxis()->tickLabelFont());
        const double shown = std::max(1.0, high - low);
        const double pixels = plotRect().height() * double(m_frequencies.size()) / shown;
        return frequencyTicks(m_frequencies, pixels, metrics.height() * 1.3);
    }));
}

QString SpectrogramPane::title() const
{
    return tr("spectrogram");
}

QString SpectrogramPane::subtitle() const
{
    const auto options = context().document.spectrogramOptions();
    const QString scale = options.scale == FrequencyScale::Mel
        ? tr("%1 mel bands").arg(options.melBands)
        : tr("linear");
    return tr("%1 · %2 ms window").arg(scale).arg(options.windowLength * 1000.0 / kModelRate);
}

QString SpectrogramPane::hint() const
{
    return context().document.audioComplete()
        ? QString()
        : tr("The spectrogram follows when the recording is decoded.");
}

FrameGeometry SpectrogramPane::geometry() const
{
    return FrameGeometry::of(context().document.spectrogramOptions());
}

std::pair<double, double> SpectrogramPane::limits(const FeatureSummary& known) const
{
    constexpr double kLoudest = 99.9;
    const double top = known.values.at(kLoudest);
    return {top - context().settings.decibels, top};
}

void SpectrogramPane::refresh(const Theme& theme)
{
    m_frequencies = spectrogramFrequencies(context().document.spectrogramOptions());
    HeatmapPane::refresh(theme);
    valueAxis()->setLabel(plotRect().height() < 90 ? QString() : tr("frequency (kHz)"));
}

void SpectrogramPane::describe(Readout& readout, double seconds, double y) const
{
    const auto known = summary();
    if (known && std::ssize(m_frequencies) == known->pyramid.channels())
        readout.frequencyHz = frequencyAt(m_frequencies, area().valueAt(y));
    const auto frame = geometry().frameAt(seconds);
    const auto row = rankAt(y);
    if (!known || !row || frame < 0 || frame >= known->pyramid.frames())
        return;
    readout.decibels = double(known->pyramid.values().frame(frame)[std::size_t(*row)]);
}

} // namespace phono
