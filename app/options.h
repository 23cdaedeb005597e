#pragma once

#include "app/settings.h"
#include "core/base/result.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>

namespace phono {

/// What the command line asks for.
struct Options {
    QStringList recordings;
    QString checkpoint;
    std::optional<ThemeChoice> theme;

    QString snapshot; ///< the picture to write instead of opening a window; empty for a window
    QSize size{1600, 900}; ///< of the picture, in points
    double scale = 1; ///< pixels per point

    bool help = false;
    bool version = false;
};

/// `arguments` starts with the program's name. Works without an application object.
Result<Options> parseOptions(const QStringList& arguments);
QString helpText();

} // namespace phono
