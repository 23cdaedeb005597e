#include "widgets/shell/commands.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>

namespace phono {
namespace {

QString plain(QString text)
{
    text.replace(QStringLiteral("&&"), QStringLiteral("\x01"));
    text.remove(QLatin1Char('&'));
    text.replace(QLatin1Char('\x01'), QLatin1Char('&'));
    return text;
}

void collect(const QList<QAction*>& actions, const QString& group, std::vector<Command>& into)
{
    for (QAction* action : actions) {
        if (action->isSeparator() || !action->isVisible())
            continue;
        const QString text = plain(action->text());
        if (const QMenu* menu = action->menu()) {
            const QString inner = group.isEmpty() ? text : group + QStringLiteral(" ▸ ") + text;
            collect(menu->actions(), inner, into);
        } else {
            into.push_back({action, group, text});
        }
    }
}

} // namespace

std::vector<Command> commandsOf(const QMenuBar& menus)
{
    std::vector<Command> commands;
    collect(menus.actions(), {}, commands);
    return commands;
}

} // namespace phono
