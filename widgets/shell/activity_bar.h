#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace phono {

/// What is going on: shown in the status bar with a way to stop it.
struct Activity {
    QString text; ///< "computing c"; empty when nothing goes on
    double fraction = 0;
    double secondsLeft = -1; ///< negative when unknown
    bool active() const { return !text.isEmpty(); }
};

/// A line of the status bar: words, bar, per cent, time left, stop. Empty while nothing goes on.
class ActivityBar : public QWidget {
    Q_OBJECT
public:
    explicit ActivityBar(QWidget* parent = nullptr);
    void setActivity(const Activity& activity);

Q_SIGNALS:
    void stopRequested();

private:
    QLabel* m_text;
    QProgressBar* m_bar;
    QLabel* m_left;
    QToolButton* m_stop;
};

} // namespace phono
