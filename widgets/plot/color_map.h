#pragma once

#include <QRgb>
#include <QString>

#include <array>

namespace phono {

/// Colours for values: sequential maps, and one that diverges from zero for scores and differences.
enum class ColorMap { Magma, Viridis, Cividis, Grey, Diverging };

using ColorTable = std::array<QRgb, 256>;

/// Lowest value first.
const ColorTable& colorTable(ColorMap map);
/// "magma", …: as shown to people and kept in settings.
QString colorMapName(ColorMap map);
/// Magma for a name that is none.
ColorMap colorMapFromName(const QString& name);
/// The sequential maps, in the order of menus.
inline constexpr std::array kSequentialMaps = {ColorMap::Magma, ColorMap::Viridis,
                                               ColorMap::Cividis, ColorMap::Grey};

} // namespace phono
