#pragma once

#include "widgets/plot/channel_order.h"
#include "widgets/plot/color_map.h"
#include "widgets/plot/time_pyramid.h"

#include <QByteArray>
#include <QMap>
#include <QString>
#include <QStringList>

namespace phono {

/// The percentiles that get the first and the last colour.
struct ColorLimits {
    double low = 1;
    double high = 99;
    bool operator==(const ColorLimits&) const = default;
};

/// How a recording is looked at: which panes, how tall, in which colours.
struct ViewSettings {
    bool overview = true;
    bool waveform = true;
    bool spectrogram = true;
    bool labels = true;
    QStringList features = {QStringLiteral("z"), QStringLiteral("c")};
    QMap<QString, double> heights; ///< by pane, relative to each other; 1 where nothing is said

    ColorMap colors = ColorMap::Magma;
    ColorLimits limits;
    bool scores = false; ///< show deviations from each dimension's mean
    ChannelOrder order = ChannelOrder::Index;
    Aggregation aggregation = Aggregation::Max;
    bool fitAmplitude = false; ///< the waveform's axis ends at the file's peak
    double decibels = 70; ///< the spectrogram's colours end this far below its loudest part

    /// For saved sessions. Reading is lenient: what is missing or odd keeps its default.
    QByteArray toJson() const;
    static ViewSettings fromJson(const QByteArray& json);
    bool operator==(const ViewSettings&) const = default;
};

/// "index", "variance", "similarity".
QString channelOrderName(ChannelOrder order);
/// "max", "mean".
QString aggregationName(Aggregation aggregation);

} // namespace phono
