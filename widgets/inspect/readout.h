#pragma once

#include "widgets/time_axis.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace phono {

/// A dimension of a feature.
struct FeatureCell {
    QString feature;
    int dimension = 0;
    bool operator==(const FeatureCell&) const = default;
};

/// What lies under the pointer.
struct Readout {
    QString pane; ///< "waveform", "spectrogram", "labels", "z", "c", "enc0"…; empty outside
    std::optional<double> time; ///< in seconds
    qint64 sample = 0; ///< at kModelRate
    std::optional<qint64> frame; ///< of the pane's feature
    std::optional<int> dimension; ///< its index in the model, however the rows are ordered
    std::optional<double> value; ///< of the feature, or the sample (full scale is 1)
    std::optional<double> score; ///< (value - mean) / deviation of the dimension, when shown so
    std::optional<double> frequencyHz;
    std::optional<double> decibels; ///< spectrogram: dB re a full-scale sine; waveform: dBFS
    std::optional<TimeRange> seen; ///< what the frame sees: its receptive field
    QString label; ///< of the tier under the pointer

    /// "12.346 s · frame 1233 · z[217] 1.83", for status bars.
    QString text() const;
    bool operator==(const Readout&) const = default;
};

} // namespace phono
