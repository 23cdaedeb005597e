#include "widgets/plot/color_map.h"

#include <QColor>
#include <QFile>

#include <algorithm>
#include <cmath>

namespace phono {

namespace {

constexpr std::array kNames = {"magma", "viridis", "cividis", "grey", "diverging"};

ColorTable readTable(const char* name)
{
    ColorTable table;
    table.fill(qRgb(128, 128, 128));
    QFile file(QStringLiteral(":/colormaps/%1.txt").arg(QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly))
        return table;
    for (auto& color : table)
        color = QColor(QString::fromLatin1(file.readLine().trimmed())).rgb();
    return table;
}

/// White is silence, as in printed spectrograms.
ColorTable greyTable()
{
    ColorTable table;
    for (int i = 0; i < 256; ++i)
        table[std::size_t(i)] = qRgb(255 - i, 255 - i, 255 - i);
    return table;
}

struct Oklab {
    double lightness, a, b;
};

/// Oklab to sRGB (Björn Ottosson, "A perceptual color space for image processing", 2020).
QRgb toRgb(const Oklab& c)
{
    const double l = std::pow(c.lightness + 0.3963377774 * c.a + 0.2158037573 * c.b, 3);
    const double m = std::pow(c.lightness - 0.1055613458 * c.a - 0.0638541728 * c.b, 3);
    const double s = std::pow(c.lightness - 0.0894841775 * c.a - 1.2914855480 * c.b, 3);
    const auto channel = [](double linear) {
        linear = std::clamp(linear, 0.0, 1.0);
        const double srgb =
            linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
        return int(std::lround(255 * srgb));
    };
    return qRgb(channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

/// Blue, near white, red: lightness falls evenly and equally to both sides, so that the sign is
/// told by hue alone and the size survives grey print.
ColorTable divergingTable()
{
    constexpr double kMiddle = 0.97;
    constexpr Oklab kLow{0.38, -0.035, -0.135};
    constexpr Oklab kHigh{0.38, 0.14, 0.065};
    ColorTable table;
    for (int i = 0; i < 256; ++i) {
        const double signedPart = (i - 127.5) / 127.5;
        const double part = std::abs(signedPart);
        const Oklab& end = signedPart < 0 ? kLow : kHigh;
        // Full chroma well before the end: weak scores must already show their sign.
        const double chroma = std::sin(std::min(1.0, part * 1.25) * std::acos(0.0));
        table[std::size_t(i)] =
            toRgb({kMiddle + (end.lightness - kMiddle) * part, end.a * chroma, end.b * chroma});
    }
    return table;
}

} // namespace

const ColorTable& colorTable(ColorMap map)
{
    static const std::array<ColorTable, kNames.size()> tables = {
        readTable("magma"), readTable("viridis"), readTable("cividis"), greyTable(),
        divergingTable()};
    return tables[std::size_t(map)];
}

QString colorMapName(ColorMap map)
{
    return QString::fromLatin1(kNames[std::size_t(map)]);
}

ColorMap colorMapFromName(const QString& name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (name == QLatin1String(kNames[i]))
            return ColorMap(i);
    }
    return ColorMap::Magma;
}

} // namespace phono
