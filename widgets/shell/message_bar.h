#pragma once

#include "widgets/shell/notice.h"

#include <QColor>
#include <QFrame>

#include <vector>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace phono {

/// One line that shows notices until they are dismissed: errors first, then warnings, the newest of
/// each first. Hidden when there are none. The only place where the workbench speaks up by itself.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    explicit MessageBar(QWidget* parent = nullptr);

    void show(Notice notice);
    /// Removes the notice of that key, if it is still there.
    void dismiss(const QString& key);
    void dismissAll();

    int count() const { return static_cast<int>(m_notices.size()); }
    /// The notice in view; only while count() > 0.
    const Notice& current() const { return m_notices[m_index]; }

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void step(int by);
    void dismissCurrent();
    void refresh();
    void refreshColours();

    std::vector<Notice> m_notices; // in the order they are shown
    std::size_t m_index = 0;

    QColor m_edge;
    QLabel* m_mark;
    QLabel* m_text;
    QLabel* m_details;
    QHBoxLayout* m_actions;
    QLabel* m_counter;
    QToolButton* m_previous;
    QToolButton* m_next;
    QToolButton* m_more;
};

} // namespace phono
