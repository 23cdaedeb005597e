#pragma once

#include "widgets/curves/curve.h"

#include <span>
#include <vector>

namespace phono {

/// The exponential mean of a curve, without the bias of its beginning: each point is the mean of
/// all before it, weighted by exp(-distance in updates / span). The span is in updates, so that
/// runs which log at different intervals are smoothed alike. A value that is not finite is left out
/// and leaves a gap.
class CurveSmoother {
public:
    /// `updates` is 0 for no smoothing. Starts over when it changes.
    void setSpan(double updates);
    double span() const { return m_span; }
    /// Takes in what `curve` has more than before; `updates` are where its points lie. A curve that
    /// became shorter is read anew.
    void follow(const CurveValues& curve, std::span<const double> updates);
    void reset();
    std::span<const float> values() const { return m_values; }

private:
    double m_span = 0;
    std::vector<float> m_values;
    double m_sum = 0, m_weight = 0;
    double m_last = 0; ///< update of the last point taken in
    double m_step = -1, m_decay = 1; ///< the distance that m_decay belongs to
};

} // namespace phono
