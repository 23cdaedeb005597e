#pragma once

#include "widgets/curves/curve_area.h"

#include <optional>

namespace phono {

/// What a horizontal axis shows of all there is, which grows at its end. Each call is told how far
/// everything reaches at that moment.
class CurveWindow {
public:
    bool zoomed() const { return m_range.has_value(); }
    /// The range in view.
    CurveScale of(const CurveScale& all) const;

    /// Shows [low, high], cut at the ends of `all`; nothing shows everything. False when nothing
    /// changes.
    bool show(std::optional<CurveScale> range, const CurveScale& all);
    /// By `factor` (below 1 comes closer) around a place in view: 0 is the left edge, 1 the right.
    bool zoom(double factor, double around, const CurveScale& all);
    /// By a part of what is in view.
    bool scroll(double part, const CurveScale& all);
    void reset() { m_range.reset(); }
    /// There is more, or something else. A view of the end stays at the end; one that has nothing
    /// in it any more shows everything.
    void follow(const CurveScale& all);

private:
    std::optional<CurveScale> m_range;
    CurveScale m_allBefore; ///< what the range was last compared with
};

} // namespace phono
