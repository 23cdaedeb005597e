#pragma once

#include "widgets/curves/curve_area.h"

#include <QColor>
#include <QImage>
#include <QPointF>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

class QPainter;

namespace phono {

/// A stretch of one column of device pixels, from the top left corner of the plot.
struct CurveSpan {
    int x = 0;
    double top = 0;
    double bottom = 0;
};

/// What curves are drawn with: pixels for the screen, strokes for paper.
class CurveInk {
public:
    CurveInk() = default;
    CurveInk(const CurveInk&) = delete;
    CurveInk& operator=(const CurveInk&) = delete;
    virtual ~CurveInk() = default;

    /// From left to right.
    virtual void spans(std::span<const CurveSpan> spans, const QColor& color) = 0;
    /// Straight lines from point to point, in logical pixels, broken by `dashes` (pixels drawn and
    /// left out in turn).
    virtual void line(std::span<const QPointF> points, const QColor& color, double width,
                      std::span<const double> dashes) = 0;
    /// Brings what was drawn to the painter.
    virtual void finish() { }

    /// For a painter of pixels or, `vector`, of strokes. `canvas` is room to draw in, which is kept
    /// from frame to frame because fresh memory is slow.
    static std::unique_ptr<CurveInk> on(QPainter& painter, const CurveArea& area, bool vector,
                                        QImage& canvas);
};

/// Antialiased lines without Qt's rasteriser, which takes a second for a polyline of noise: the
/// time is that of the pixels covered.
class ImageInk : public CurveInk {
public:
    ImageInk(QPainter& painter, const CurveArea& area, QImage& canvas);

    void spans(std::span<const CurveSpan> spans, const QColor& color) override;
    void line(std::span<const QPointF> points, const QColor& color, double width,
              std::span<const double> dashes) override;
    void finish() override;

private:
    struct Paint {
        std::uint32_t color = 0; ///< opaque
        double alpha = 255; ///< of 255
    };
    struct SpanLayer {
        std::uint32_t color = 0; ///< with its alpha multiplied in
        std::vector<CurveSpan> spans;
        std::size_t next = 0;
    };
    void flushSpans();
    void fillColumn(int x, int top, int bottom, std::uint32_t color);
    void segment(QPointF from, QPointF to, double width, const Paint& paint);
    /// What lies in [low, high) of the first `limit` pixels of a row or column, which are `step`
    /// apart; with part cover at both ends.
    static void cover(std::uint32_t* line, std::ptrdiff_t step, int limit, double low, double high,
                      const Paint& paint);
    static void blend(std::uint32_t& pixel, double cover, const Paint& paint);

    QPainter& m_painter;
    std::vector<SpanLayer> m_layers; ///< not painted yet
    QRectF m_rect;
    double m_ratio;
    QImage& m_image;
    std::uint32_t* m_pixels = nullptr;
    int m_width = 0, m_height = 0, m_stride = 0;
};

} // namespace phono
