#pragma once

#include "widgets/plot/color_map.h"
#include "widgets/record/live_block.h"

#include <QColor>
#include <QImage>

#include <cstdint>
#include <utility>
#include <vector>

class QPainter;

namespace phono {

/// The last seconds of a feature as colours, each column of pixels painted once, when it is
/// complete. Column k shows the time [k, k + 1) seconds / width after clear().
///
/// Limits are the 1 and 99 per cent points of what is kept. They follow slowly, so that a colour
/// means the same for a while.
class LiveHeat {
public:
    explicit LiveHeat(double seconds)
        : m_seconds(seconds)
    {
    }

    /// Forgets everything; the size stays.
    void clear();
    void append(const LiveBlock::Rows& rows);

    void setColors(const ColorTable& colors, const QColor& background);
    /// In device pixels.
    void setSize(const QSize& size);
    /// The limits are at least so far apart.
    void setLeastRange(double range) { m_leastRange = range; }

    bool empty() const { return m_frames == 0; }
    int channels() const { return m_channels; }
    std::pair<double, double> limits() const { return {m_low, m_high}; }
    /// Columns painted ever.
    std::int64_t columns() const { return m_columns; }

    /// In device pixels: column `newest` is the rightmost of the width, those that have not come
    /// yet stay as they are.
    void paint(QPainter& painter, const QPoint& topLeft, std::int64_t newest) const;

private:
    struct Span {
        std::int64_t first = 0, last = 0;
    };
    static constexpr int kBlock = 16; ///< columns painted together

    std::size_t slotOf(std::int64_t frame) const;
    Span framesOf(std::int64_t column) const;
    void addFrame(const float* values);
    bool adjustLimits();
    void paintAll();
    void paintNew();
    void paintColumns(std::int64_t first, int count);
    bool mergeFrames(Span span);
    void placeColours(int at, bool known);

    double m_seconds;
    double m_leastRange = 0;
    const ColorTable* m_colors = &colorTable(ColorMap::Magma);
    QRgb m_background = 0xFF000000;

    int m_channels = 0;
    double m_hop = 0.01; ///< in seconds
    double m_start = 0; ///< left edge of frame 0, in seconds
    std::int64_t m_frames = 0; ///< ever
    std::int64_t m_capacity = 0; ///< frames kept
    std::vector<float> m_values; ///< [capacity, channels], a ring
    std::vector<char> m_known; ///< false for frames that were left out

    double m_low = 0, m_high = 1;
    std::int64_t m_adjusted = -1; ///< frames there were when the limits were last looked at

    QImage m_image; ///< a ring of columns
    std::int64_t m_columns = 0; ///< ever
    std::vector<float> m_merged; ///< [channels] of one column
    std::vector<QRgb> m_block; ///< [rows, kBlock]
};

} // namespace phono
