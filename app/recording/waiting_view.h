#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace phono {

/// Stands in for a recording of which there is nothing to see yet, or that could not be read.
class WaitingView : public QWidget {
    Q_OBJECT
public:
    explicit WaitingView(const QString& title, QWidget* parent = nullptr);

    void setReading(double fraction);
    void setFailed();
    void setStopped();

Q_SIGNALS:
    void retryRequested();

private:
    /// Offers to read again.
    void setOver(const QString& text, const QString& offer);

    QString m_title;
    QLabel* m_text;
    QProgressBar* m_bar;
    QPushButton* m_retry;
};

} // namespace phono
