#include "widgets/plot/frame_geometry.h"

#include "core/base/sample_source.h"

#include <algorithm>
#include <cmath>

namespace phono {

FrameGeometry FrameGeometry::of(const FeatureInfo& info, std::span<const FeatureInfo> offered)
{
    const auto z = std::ranges::find(offered, std::string("z"), &FeatureInfo::name);
    const int frameLength =
        z == offered.end() ? info.receptiveField : std::min(info.receptiveField, z->receptiveField);
    FrameGeometry geometry;
    geometry.hop = std::max(1, info.hop);
    geometry.centre = frameLength / 2.0;
    geometry.seenEnd = frameLength;
    geometry.seenStart = frameLength - info.receptiveField;
    return geometry;
}

FrameGeometry FrameGeometry::of(const SpectrogramOptions& options)
{
    FrameGeometry geometry;
    geometry.hop = std::max(1, options.hop);
    geometry.centre = 0;
    geometry.seenStart = -options.windowLength / 2.0;
    geometry.seenEnd = options.windowLength / 2.0;
    return geometry;
}

double FrameGeometry::hopSeconds() const
{
    return hop / kModelRate;
}

double FrameGeometry::cellStart(std::int64_t frame) const
{
    return ((double(frame) - 0.5) * hop + centre) / kModelRate;
}

double FrameGeometry::frameCentre(std::int64_t frame) const
{
    return (double(frame) * hop + centre) / kModelRate;
}

double FrameGeometry::position(double seconds) const
{
    return (seconds * kModelRate - centre) / hop + 0.5;
}

std::int64_t FrameGeometry::frameAt(double seconds) const
{
    return std::int64_t(std::floor(position(seconds)));
}

TimeRange FrameGeometry::seen(std::int64_t frame) const
{
    const double start = double(frame) * hop + seenStart;
    const double end = double(frame) * hop + seenEnd;
    return {std::max(0.0, start) / kModelRate, std::max(0.0, end) / kModelRate};
}

} // namespace phono
