#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPalette>
#include <QString>

class QApplication;

namespace phono {

/// The colours of the program, light or dark.
struct Theme {
    bool dark = false;
    QColor window, panel, plot;
    QColor border, grid;
    QColor wave; ///< of waveforms
    QColor text, muted;
    QColor accent, danger, warning, good;

    static Theme light();
    static Theme darkTheme();
    /// The theme that a palette made by palette() belongs to, so that widgets need no other source.
    static Theme of(const QPalette& palette);

    QPalette palette() const;
    bool operator==(const Theme&) const = default;
};

/// Fusion style, the palette, and what a palette cannot say (tool tips, tool bars). Widgets that
/// paint by hand follow by changeEvent(QEvent::PaletteChange) and Theme::of(palette()).
void applyTheme(QApplication& application, const Theme& theme);

/// Makes the bundled DejaVu Sans known; call once, before the first window.
void loadFonts();
/// DejaVu Sans for labels, where phonetic symbols occur.
QFont labelFont(double pointSize);
/// The same size and weight in a font whose figures all have one width, for read-outs.
QFont tabularFont(const QFont& font);

/// For the numbers and words on plots: somewhat smaller than `font`.
QFont smallFont(const QFont& font);
/// `part` of the way from a to b.
QColor mixed(const QColor& a, const QColor& b, double part);

/// One of the bundled line icons ("zoom-in"), drawn in the colour of the palette's text and so
/// right in both themes at any resolution.
QIcon lineIcon(const QString& name);

} // namespace phono
