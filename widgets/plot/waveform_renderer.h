#pragma once

#include "core/audio/peaks.h"
#include "core/base/sample_source.h"
#include "widgets/plot/plot_area.h"

#include <QColor>

class QPainter;

namespace phono {

struct WaveformColors {
    QColor line;
    QColor clipped; ///< stretches that reach full scale
};

/// Paints samples over time, amplitude 1 being full scale: the span from the smallest to the
/// largest sample of each device pixel, a line when samples lie apart, and dots when they lie far
/// apart.
void paintWaveform(QPainter& painter, const PlotArea& area, const Waveform& waveform,
                   const PeakPyramid& peaks, const WaveformColors& colors);

} // namespace phono
