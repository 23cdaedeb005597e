#include "widgets/shell/activity_bar.h"

#include "widgets/shell/words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace phono {

ActivityBar::ActivityBar(QWidget* parent)
    : QWidget(parent)
    , m_text(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_left(new QLabel(this))
    , m_stop(new QToolButton(this))
{
    m_text->setObjectName(QStringLiteral("activityText"));
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(120, 8);
    m_stop->setObjectName(QStringLiteral("activityStop"));
    m_stop->setText(QStringLiteral("✕"));
    m_stop->setToolTip(tr("Stop computing"));
    m_stop->setAccessibleName(tr("Stop computing"));
    m_stop->setAutoRaise(true);
    // Room for the longest words, so that the bar stands still while the numbers change.
    m_left->setMinimumWidth(fontMetrics().horizontalAdvance(tr("100 %  1 h 02 min left")));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 8, 0);
    row->setSpacing(8);
    for (auto* widget : std::initializer_list<QWidget*>{m_text, m_bar, m_left, m_stop})
        row->addWidget(widget);
    row->addStretch(1);
    connect(m_stop, &QToolButton::clicked, this, &ActivityBar::stopRequested);
    setActivity({});
}

void ActivityBar::setActivity(const Activity& activity)
{
    for (auto* widget : std::initializer_list<QWidget*>{m_text, m_bar, m_left, m_stop})
        widget->setVisible(activity.active());
    if (!activity.active())
        return;
    m_text->setText(activity.text);
    m_bar->setValue(static_cast<int>(activity.fraction * 1000));
    QString left = tr("%1 %").arg(static_cast<int>(activity.fraction * 100));
    if (activity.secondsLeft >= 0)
        left += tr("  %1 left").arg(durationWords(activity.secondsLeft));
    m_left->setText(left);
}

} // namespace phono
