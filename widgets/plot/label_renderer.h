#pragma once

#include "core/labels/labels.h"
#include "widgets/plot/plot_area.h"

#include <QColor>
#include <QFont>

#include <optional>
#include <span>

class QPainter;

namespace phono {

struct LabelColors {
    QColor text, muted, border, fill;
};

/// Paints tiers as rows of boxes with centred text, the first tier on top. Text that does not fit
/// its box is left out; boxes narrower than a pixel merge into a shade.
void paintLabels(QPainter& painter, const PlotArea& area, std::span<const LabelTier> tiers,
                 const QFont& font, const LabelColors& colors);

/// The tier at a height, counted from the top.
std::optional<std::size_t> tierAt(const PlotArea& area, std::size_t tiers, double py);
/// The label at a time, or null.
const Label* labelAt(const LabelTier& tier, double seconds);

} // namespace phono
