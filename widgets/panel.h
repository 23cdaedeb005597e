#pragma once

#include <QWidget>

namespace phono {

/// A dockable part of the workbench. `id` names it in saved layouts.
class Panel : public QWidget {
    Q_OBJECT
public:
    Panel(const QString& id, const QString& title, QWidget* parent = nullptr)
        : QWidget(parent)
    {
        setObjectName(id);
        setWindowTitle(title);
    }

    QString id() const { return objectName(); }
    QString title() const { return windowTitle(); }
};

} // namespace phono
