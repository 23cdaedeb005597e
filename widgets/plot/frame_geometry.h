#pragma once

#include "core/audio/spectrogram.h"
#include "core/base/feature_info.h"
#include "widgets/time_axis.h"

#include <cstdint>
#include <span>

namespace phono {

/// Where the frames of a feature lie in time.
///
/// A frame is drawn as a cell one hop wide around the centre of its encoder frame. What it sees may
/// reach much further back: a context frame ends where its z frame ends (SPEC 1, 1.3).
struct FrameGeometry {
    double hop = 160; ///< in samples, as all below
    double centre = 0; ///< of frame 0
    double seenStart = 0; ///< of frame 0; negative before the recording
    double seenEnd = 0;

    /// `offered` are the model's features; its "z" tells where context frames end.
    static FrameGeometry of(const FeatureInfo& info, std::span<const FeatureInfo> offered);
    static FrameGeometry of(const SpectrogramOptions& options);

    /// In seconds.
    double hopSeconds() const;
    double cellStart(std::int64_t frame) const;
    double frameCentre(std::int64_t frame) const;
    /// The frame whose cell `seconds` lies in; may lie outside the feature.
    std::int64_t frameAt(double seconds) const;
    /// The same without rounding: 3.0 is the left edge of frame 3.
    double position(double seconds) const;
    /// What `frame` sees, cut at 0.
    TimeRange seen(std::int64_t frame) const;

    bool operator==(const FrameGeometry&) const = default;
};

} // namespace phono
