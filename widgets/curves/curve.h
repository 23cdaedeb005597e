#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace phono {

/// What a curve is drawn over.
enum class CurveAxis { Update, Epoch, Relative, Wall };
inline constexpr std::array kCurveAxes = {CurveAxis::Update, CurveAxis::Epoch, CurveAxis::Relative,
                                          CurveAxis::Wall};

/// Where one point of a run lies on every axis: updates, epochs, seconds of training, seconds since
/// 1970.
struct CurveMoment {
    double update = 0;
    double epoch = 0;
    double relative = 0;
    double wall = 0;
};

/// Where the points of a run's curves lie. Rising on every axis, so that stretches are found by
/// bisection: what would go back (a clock that was set) stays.
class CurveKeys {
public:
    void append(const CurveMoment& moment);
    void truncate(std::size_t size);
    std::size_t size() const { return m_keys[0].size(); }
    std::span<const double> on(CurveAxis axis) const { return m_keys[std::size_t(axis)]; }

private:
    std::array<std::vector<double>, kCurveAxes.size()> m_keys;
};

/// The smallest and largest of some values; `low` > `high` when none of them is finite.
struct Extremes {
    float low = std::numeric_limits<float>::infinity();
    float high = -std::numeric_limits<float>::infinity();
    bool empty() const { return !(low <= high); }
    void include(const Extremes& other)
    {
        low = other.low < low ? other.low : low;
        high = other.high > high ? other.high : high;
    }
    void include(float value)
    {
        // A comparison with NaN is false; infinities are told by their size.
        constexpr float kLargest = std::numeric_limits<float>::max();
        low = value < low && value >= -kLargest ? value : low;
        high = value > high && value <= kLargest ? value : high;
    }
};

/// Values that grow at their end, every one of them kept by their owner, and the extremes of any
/// stretch quickly.
class CurveValues {
public:
    /// `values` begin with those that were followed before and stay where they are until the next
    /// call. Costs what is new.
    void follow(std::span<const float> values);
    /// Of what was followed before, only the first `size` values count, which come again with the
    /// next call of follow(): at most, as more of them may be looked at anew. Holds none until
    /// then.
    void truncate(std::size_t size);
    std::size_t size() const { return m_values.size(); }
    float operator[](std::size_t index) const { return m_values[index]; }
    std::span<const float> values() const { return m_values; }
    /// Another number once values were dropped: what was worked out of them is void.
    int generation() const { return m_generation; }

    /// Of the finite values in [first, last).
    Extremes extremes(std::size_t first, std::size_t last) const;

private:
    static constexpr std::size_t kBlock = 32;

    std::span<const float> m_values;
    std::vector<Extremes> m_blocks;
    std::size_t m_taken = 0; ///< values that m_blocks stand for
    int m_generation = 0;
};

/// Values of a run over its moments.
struct CurveSeries {
    std::shared_ptr<const CurveKeys> keys;
    CurveValues values;
};

} // namespace phono
