#include "widgets/inspect/detail_section.h"

#include "widgets/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace phono {

DetailSection::DetailSection(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(new QToolButton)
    , m_body(new QWidget)
    , m_column(new QVBoxLayout(m_body))
{
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setText(title);
    m_title->setAutoRaise(true);
    m_title->setCheckable(true);
    m_title->setChecked(true);
    m_title->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_title->setArrowType(Qt::DownArrow);
    m_title->setStyleSheet(QStringLiteral("QToolButton { border: 0; padding: 2px; }"));
    m_column->setContentsMargins(4, 0, 0, 0);
    m_column->setSpacing(4);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_title);
    layout->addWidget(m_body);
    connect(m_title, &QToolButton::toggled, this, [this](bool open) {
        m_title->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
        m_body->setVisible(open);
        Q_EMIT openChanged(open);
    });
}

void DetailSection::setTitle(const QString& title)
{
    m_title->setText(title);
}

bool DetailSection::open() const
{
    return m_title->isChecked();
}

void DetailSection::setOpen(bool open)
{
    m_title->setChecked(open);
}

void DetailSection::add(QWidget* widget)
{
    m_column->addWidget(widget);
}

DetailRow DetailSection::addRow(const QString& name)
{
    if (!m_rows) {
        m_rows = new QGridLayout;
        m_rows->setContentsMargins(0, 0, 0, 0);
        m_rows->setHorizontalSpacing(12);
        m_rows->setVerticalSpacing(3);
        m_rows->setColumnStretch(1, 1);
        m_rows->setColumnMinimumWidth(0, 72);
        m_column->addLayout(m_rows);
    }
    const DetailRow row{new QLabel(name), new QLabel};
    row.name->setForegroundRole(QPalette::PlaceholderText);
    row.name->setBuddy(row.value);
    row.value->setFont(tabularFont(row.value->font()));
    row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row.value->setTextFormat(Qt::PlainText);
    row.value->setWordWrap(true);
    const int line = m_rows->rowCount();
    m_rows->addWidget(row.name, line, 0, Qt::AlignTop);
    m_rows->addWidget(row.value, line, 1, Qt::AlignTop);
    return row;
}

void DetailRow::set(const QString& text) const
{
    value->setText(text);
    value->setVisible(!text.isEmpty());
    name->setVisible(!text.isEmpty());
}

} // namespace phono
