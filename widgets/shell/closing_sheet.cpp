#include "widgets/shell/closing_sheet.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace phono {

ClosingSheet::ClosingSheet(const QString& title, const QString& text, const QString& keep,
                           const QString& stop, QWidget* parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("closingSheet"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(title);
    auto* heading = new QLabel(title, this);
    QFont large = heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    large.setWeight(QFont::DemiBold);
    heading->setFont(large);
    auto* words = new QLabel(text, this);
    words->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* label : {heading, words}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    auto* keepButton = new QPushButton(keep, this);
    keepButton->setObjectName(QStringLiteral("keepRunning"));
    keepButton->setVisible(!keep.isEmpty());
    auto* stopButton = new QPushButton(stop, this);
    stopButton->setObjectName(QStringLiteral("stopAndSave"));
    (keep.isEmpty() ? stopButton : keepButton)->setDefault(true);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    cancel->setObjectName(QStringLiteral("cancelClosing"));
    connect(keepButton, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT keepChosen();
    });
    connect(stopButton, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT stopChosen();
    });
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(cancel);
    buttons->addStretch();
    buttons->addWidget(stopButton);
    buttons->addWidget(keepButton);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(12);
    column->addWidget(heading);
    column->addWidget(words);
    column->addSpacing(8);
    column->addLayout(buttons);
    setMinimumWidth(420);
}

} // namespace phono
