#pragma once

#include "widgets/curves/curve.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace phono {

/// The exponential mean of a curve, without the bias of its beginning: each point is the mean of
/// all before it, weighted by exp(-distance in updates / span). The span is in updates, so that
/// runs which log at different intervals are smoothed alike. A value that is not finite is left out
/// and leaves a gap.
///
/// Only the mean at the beginning of each block of points is kept; what lies between is worked out
/// when it is asked for, because a picture shows one point for many.
class CurveSmoother {
public:
    /// `updates` is 0 for no smoothing. Starts over when it changes.
    void setSpan(double updates);
    double span() const { return m_span; }
    /// Takes in what `curve` has more than before, but `most` points; `updates` are where they lie.
    /// A curve that became shorter is read anew. Returns how many points were taken in.
    std::size_t follow(const CurveValues& curve, std::span<const double> updates,
                       std::size_t most = std::size_t(-1));
    void reset();
    /// Points taken in.
    std::size_t size() const { return m_size; }

    /// The mean at a point that was taken in, of the same curve.
    float at(std::size_t index, const CurveValues& curve, std::span<const double> updates) const;
    /// At the points [first, last).
    std::vector<float> between(std::size_t first, std::size_t last, const CurveValues& curve,
                               std::span<const double> updates) const;

private:
    static constexpr std::size_t kBlock = 16;

    /// What the mean is made of.
    struct Sums {
        double values = 0;
        double weights = 0;
    };
    /// How much a point counts after some updates, of which the last is remembered.
    struct Decay {
        double step = -1;
        double factor = 1;
    };
    void take(Sums& sums, Decay& decay, std::size_t index, const CurveValues& curve,
              std::span<const double> updates) const;
    bool takeBlock(Sums& sums, const float* values, const double* updates);
    void weighFor(double step);
    Decay usualDecay() const;
    /// A gap where the value is one.
    static float meanOf(const Sums& sums, float value);

    double m_span = 0;
    std::size_t m_size = 0;
    std::vector<Sums> m_blocks; ///< before the first point of each block
    std::array<double, kBlock> m_weights = {}; ///< of a block whose points lie m_step apart
    double m_step = -1;
    Sums m_ofBlock; ///< what a block leaves of the sums before it, and its own weight
};

/// A curve with its mean. Refers to both.
struct SmoothedCurve {
    const CurveSmoother& smoother;
    const CurveValues& values;
    std::span<const double> updates;

    /// Points that both have.
    std::size_t size() const { return std::min({smoother.size(), values.size(), updates.size()}); }
    float operator[](std::size_t index) const { return smoother.at(index, values, updates); }
    std::vector<float> between(std::size_t first, std::size_t last) const
    {
        return smoother.between(first, std::min(last, size()), values, updates);
    }
};

} // namespace phono
