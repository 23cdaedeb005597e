#include "app/recording/waiting_view.h"

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace phono {

WaitingView::WaitingView(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_text(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_retry(new QPushButton(this))
{
    setFocusPolicy(Qt::StrongFocus);
    m_text->setTextFormat(Qt::PlainText);
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(240, 8);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(16);
    column->addStretch(1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_text, m_bar, m_retry})
        column->addWidget(widget, 0, Qt::AlignHCenter);
    column->addStretch(1);
    connect(m_retry, &QPushButton::clicked, this, &WaitingView::retryRequested);
    setReading(0);
}

void WaitingView::setReading(double fraction)
{
    m_text->setText(tr("Reading %1 …").arg(m_title));
    m_bar->setValue(static_cast<int>(fraction * 1000));
    m_bar->show();
    m_retry->hide();
}

void WaitingView::setFailed()
{
    setOver(tr("%1 could not be opened. The message above says why.").arg(m_title),
            tr("Try again"));
}

void WaitingView::setStopped()
{
    setOver(tr("Reading %1 was stopped.").arg(m_title), tr("Read again"));
}

void WaitingView::setOver(const QString& text, const QString& offer)
{
    m_text->setText(text);
    m_bar->hide();
    m_retry->setText(offer);
    m_retry->show();
}

} // namespace phono
