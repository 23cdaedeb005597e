#pragma once

#include <QIcon>
#include <QToolBar>

class QActionGroup;

namespace phono {

/// The slim bar on the left that switches workspaces (Ctrl+Alt+1, 2, …).
class ModeBar : public QToolBar {
    Q_OBJECT
public:
    explicit ModeBar(QWidget* parent = nullptr);
    /// Workspaces are numbered in the order they are added, from 0; the first is current.
    QAction* addMode(const QIcon& icon, const QString& title);
    void setCurrent(int mode);

Q_SIGNALS:
    void modeChosen(int mode);

private:
    QActionGroup* m_group;
};

} // namespace phono
