#pragma once

#include <QWidget>

class QLabel;

namespace phono {

/// What stands where runs will be: what the panel is for, and the first steps.
class RunsEmpty : public QWidget {
    Q_OBJECT
public:
    explicit RunsEmpty(QWidget* parent = nullptr);
    QLabel* folderLabel() const { return m_folder; }

Q_SIGNALS:
    void newRunRequested();
    void folderRequested();
    void demoRequested();

private:
    QLabel* m_folder;
};

} // namespace phono
