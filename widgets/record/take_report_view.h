#pragma once

#include "core/record/take_report.h"

#include <QStringList>
#include <QWidget>

class QLabel;

namespace phono {

class ThemedLabel;

/// What is to be known of a take that has just ended, until it is closed.
class TakeReportView : public QWidget {
    Q_OBJECT
public:
    explicit TakeReportView(QWidget* parent = nullptr);

    void show(const TakeReport& report, const QStringList& advice);

Q_SIGNALS:
    void openRequested(const QString& file);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_file;
    QLabel* m_name;
    QLabel* m_facts;
    ThemedLabel* m_advice;
    bool m_warns = false;
};

} // namespace phono
