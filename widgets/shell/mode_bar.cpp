#include "widgets/shell/mode_bar.h"

#include <QActionGroup>

namespace phono {

ModeBar::ModeBar(QWidget* parent)
    : QToolBar(parent)
    , m_group(new QActionGroup(this))
{
    setObjectName(QStringLiteral("modeBar"));
    setWindowTitle(tr("Workspaces"));
    setOrientation(Qt::Vertical);
    setMovable(false);
    setFloatable(false);
    setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    setIconSize(QSize(20, 20));
}

QAction* ModeBar::addMode(const QIcon& icon, const QString& title)
{
    const auto mode = static_cast<int>(m_group->actions().size());
    QAction* action = addAction(icon, title);
    action->setCheckable(true);
    action->setChecked(mode == 0);
    action->setShortcut(QKeySequence(Qt::CTRL | Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + mode)));
    action->setToolTip(
        tr("%1 (%2)").arg(title, action->shortcut().toString(QKeySequence::NativeText)));
    m_group->addAction(action);
    connect(action, &QAction::triggered, this, [this, mode] { Q_EMIT modeChosen(mode); });
    return action;
}

void ModeBar::setCurrent(int mode)
{
    m_group->actions().at(mode)->setChecked(true);
}

} // namespace phono
