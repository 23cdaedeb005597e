#pragma once

#include <QColor>
#include <QRect>

#include <cstdint>
#include <span>
#include <vector>

class QPainter;

namespace phono {

/// The last seconds of sound: the span from the smallest to the largest sample of each column of
/// pixels. Column k shows the time [k, k + 1) seconds / width after clear().
class LiveWave {
public:
    explicit LiveWave(double seconds);

    void clear();
    /// `skipped` samples were lost before these.
    void append(std::span<const float> samples, std::int64_t skipped = 0);
    /// In device pixels.
    void setWidth(int width);

    /// Samples ever, with the lost ones.
    std::int64_t samples() const { return m_samples; }
    /// The newest column that has begun; -1 before there is one.
    std::int64_t newest() const;
    /// The amplitude at the edge: 1 or less by halves, so that soft speech can be seen.
    double reach() const { return m_reach; }

    /// In device pixels; column `newest()` at the right edge.
    void paint(QPainter& painter, const QRect& plot, const QColor& colour,
               const QColor& clipped) const;

private:
    struct Extent {
        float low = 1, high = -1; ///< none while low > high
    };

    double samplesPerColumn() const;
    void add(std::int64_t at, float sample);
    void adjustReach();

    double m_seconds;
    std::vector<float> m_ring; ///< NaN where samples were lost
    std::int64_t m_samples = 0;
    std::vector<Extent> m_columns; ///< a ring
    std::int64_t m_begun = 0; ///< columns that have begun, ever
    double m_reach = 1;
};

} // namespace phono
