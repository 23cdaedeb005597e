#pragma once

#include "widgets/plot/color_map.h"
#include "widgets/plot/feature_summary.h"
#include "widgets/plot/frame_geometry.h"
#include "widgets/plot/plot_area.h"

#include <QImage>

#include <memory>
#include <optional>
#include <vector>

namespace phono {

/// Draws a feature over time as an image of exact device pixels: columns are stretches of frames,
/// rows are dimensions in the summary's order, rank 0 at the bottom (row r spans r ± 0.5).
///
/// Numbers and pixels are kept apart: columns that stay in view when scrolling are not read again,
/// and a new colour range, map, order or score view reads nothing.
class HeatmapRenderer {
public:
    void setGeometry(const FrameGeometry& geometry);
    void setSummary(std::shared_ptr<const FeatureSummary> summary);
    /// Shows (value - mean) / deviation of each dimension instead of the value.
    void setScores(bool scores) { m_scores = scores; }
    void setLimits(double low, double high);
    void setColors(const ColorTable& colors) { m_colors = &colors; }

    /// `area.low` and `area.high` are ranks. Pixels without frames are transparent.
    QImage render(const PlotArea& area);

    /// Columns read from the feature so far: what the caches save can be counted.
    std::int64_t columnsRead() const { return m_columnsRead; }

private:
    struct Rows {
        int first = 0, last = 0; ///< ranks [first, last) of one pixel row; empty outside
    };

    /// Columns [first, last) of one image, that one thread works on.
    struct Strip {
        int first = 0, last = 0;
        std::int64_t read = 0; ///< columns that had to be read
    };

    void placeColumns(const PlotArea& area);
    void shiftColumns(std::int64_t by);
    void forgetFrom(std::int64_t frame);
    std::vector<Rows> pixelRows(const PlotArea& area) const;
    void readColumns(Strip& strip);
    void paintColumns(const Strip& strip, const std::vector<Rows>& rows, QImage& image) const;
    void rankColumns(int first, int columns, std::vector<float>& ranked) const;

    std::shared_ptr<const FeatureSummary> m_summary;
    FrameGeometry m_geometry;
    bool m_scores = false;
    double m_low = 0, m_high = 1;
    const ColorTable* m_colors = &colorTable(ColorMap::Magma);

    // The numbers: column x covers [m_anchor + (m_first + x) * m_step, … + m_step), in seconds.
    double m_anchor = 0, m_step = 0;
    std::int64_t m_first = 0;
    enum class Column : char { Unread, Empty, Read };
    std::vector<Column> m_states;
    std::vector<float> m_numbers; ///< [columns, channels]
    std::int64_t m_columnsRead = 0;
};

} // namespace phono
