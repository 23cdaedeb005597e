#pragma once

#include <QPointer>
#include <QString>

#include <vector>

class QAction;
class QMenuBar;

namespace phono {

/// An action as the menus offer it.
struct Command {
    QPointer<QAction> action;
    QString group; ///< the menus that lead to it: "File ▸ Open recent"
    QString text; ///< without mnemonics and dots
};

/// Everything that can be done, in the order of the menus.
std::vector<Command> commandsOf(const QMenuBar& menus);

} // namespace phono
