#pragma once

#include <QWidget>

class QLabel;

namespace phono {

/// What stands in the panel before a recording is open: what it is for, and the first steps.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);

Q_SIGNALS:
    void openRequested();
    void demoRequested();
};

} // namespace phono
