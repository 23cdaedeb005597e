#pragma once

#include "core/record/recorder.h"

#include <QString>

namespace phono {

// What is said of recording in words.

/// "00:00:12.3".
QString clockText(double seconds);
/// "about 53 h free".
QString freeText(double seconds);
/// "take.wav in ~/Music".
QString fileText(const QString& file);
/// "2 markers, the last at 00:00:12.3"; "" for none.
QString markersText(const std::vector<TakeMarker>& markers);
/// All of them, one a line.
QString markersList(const std::vector<TakeMarker>& markers);
/// Of lost samples; "" if none were.
QString lossText(const RecorderStatus& status);
/// The device, its rate and channels.
QString deviceText(const RecorderStatus& status);

} // namespace phono
