#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace phono {

/// Stands in for a recording that is being read, or could not be read.
class WaitingView : public QWidget {
    Q_OBJECT
public:
    explicit WaitingView(const QString& title, QWidget* parent = nullptr);

    void setReading(double fraction);
    void setFailed();

Q_SIGNALS:
    void retryRequested();

private:
    QString m_title;
    QLabel* m_text;
    QProgressBar* m_bar;
    QPushButton* m_retry;
};

} // namespace phono
