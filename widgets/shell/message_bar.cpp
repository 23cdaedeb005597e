#include "widgets/shell/message_bar.h"

#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

namespace phono {
namespace {

QToolButton* makeButton(QWidget* parent, const QString& text, const QString& name)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setAutoRaise(true);
    button->setToolTip(name);
    button->setAccessibleName(name);
    return button;
}

QColor colourOf(Severity severity, const Theme& theme)
{
    switch (severity) {
    case Severity::Error:
        return theme.danger;
    case Severity::Warning:
        return theme.warning;
    case Severity::Info:
        break;
    }
    return theme.accent;
}

QLabel* makeText(QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_mark(new QLabel(this))
    , m_text(makeText(this))
    , m_details(makeText(this))
    , m_actions(new QHBoxLayout)
    , m_counter(new QLabel(this))
    , m_previous(makeButton(this, QStringLiteral("‹"), tr("Newer message")))
    , m_next(makeButton(this, QStringLiteral("›"), tr("Older message")))
    , m_more(makeButton(this, tr("Details"), tr("Show details")))
{
    setObjectName(QStringLiteral("messageBar"));
    m_text->setObjectName(QStringLiteral("messageText"));
    m_details->setObjectName(QStringLiteral("messageDetails"));
    m_more->setObjectName(QStringLiteral("messageMore"));
    m_previous->setObjectName(QStringLiteral("messagePrevious"));
    m_next->setObjectName(QStringLiteral("messageNext"));
    m_more->setCheckable(true);
    auto* close = makeButton(this, QStringLiteral("✕"), tr("Dismiss"));
    close->setObjectName(QStringLiteral("messageClose"));

    m_actions->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_mark);
    row->addWidget(m_text, 1);
    row->addLayout(m_actions);
    for (auto* widget :
         std::initializer_list<QWidget*>{m_more, m_previous, m_counter, m_next, close})
        row->addWidget(widget);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 4, 8, 4);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_details);

    connect(m_previous, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_more, &QToolButton::toggled, m_details, &QLabel::setVisible);
    connect(close, &QToolButton::clicked, this, &MessageBar::dismissCurrent);
    refresh();
}

void MessageBar::show(Notice notice)
{
    if (!notice.key.isEmpty())
        std::erase_if(m_notices, [&](const Notice& other) { return other.key == notice.key; });
    const auto at = std::find_if(m_notices.begin(), m_notices.end(), [&](const Notice& other) {
        return other.severity <= notice.severity;
    });
    m_notices.insert(at, std::move(notice));
    m_index = 0;
    refresh();
}

void MessageBar::dismiss(const QString& key)
{
    if (std::erase_if(m_notices, [&](const Notice& notice) { return notice.key == key; }) > 0)
        refresh();
}

void MessageBar::dismissAll()
{
    m_notices.clear();
    refresh();
}

void MessageBar::dismissCurrent()
{
    if (!m_notices.empty())
        m_notices.erase(m_notices.begin() + static_cast<std::ptrdiff_t>(m_index));
    refresh();
}

void MessageBar::step(int by)
{
    m_index = static_cast<std::size_t>(
        std::clamp(static_cast<int>(m_index) + by, 0, std::max(0, count() - 1)));
    refresh();
}

void MessageBar::refresh()
{
    while (QLayoutItem* item = m_actions->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    m_more->setChecked(false);
    m_details->hide();
    setVisible(!m_notices.empty());
    if (m_notices.empty())
        return;

    m_index = std::min(m_index, m_notices.size() - 1);
    const Notice& notice = current();
    m_mark->setPixmap(
        lineIcon(QStringLiteral("warning")).pixmap(QSize(16, 16), devicePixelRatioF()));
    m_mark->setVisible(notice.severity != Severity::Info);
    m_text->setText(notice.text);
    m_details->setText(notice.details);
    m_more->setVisible(!notice.details.isEmpty());
    for (const NoticeAction& action : notice.actions) {
        auto* button = new QPushButton(action.text, this);
        // A copy: running the action may dismiss the notice that holds it.
        connect(button, &QPushButton::clicked, this, [run = action.run] { run(); });
        m_actions->addWidget(button);
    }
    const bool several = count() > 1;
    m_counter->setText(tr("%1 of %2").arg(m_index + 1).arg(count()));
    for (auto* widget : std::initializer_list<QWidget*>{m_counter, m_previous, m_next})
        widget->setVisible(several);
    m_previous->setEnabled(m_index > 0);
    m_next->setEnabled(static_cast<int>(m_index) + 1 < count());
    refreshColours();
}

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        refreshColours();
    QFrame::changeEvent(event);
}

void MessageBar::refreshColours()
{
    if (m_notices.empty())
        return;
    m_edge = colourOf(current().severity, Theme::of(palette()));
    update();
}

void MessageBar::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.panel);
    QColor tint = m_edge;
    tint.setAlphaF(theme.dark ? 0.10F : 0.07F);
    painter.fillRect(rect(), tint);
    painter.fillRect(QRect(0, 0, 3, height()), m_edge);
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme.border);
}

} // namespace phono
