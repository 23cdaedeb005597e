#include "widgets/pretrain/runs_empty.h"

#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace phono {

RunsEmpty::RunsEmpty(QWidget* parent)
    : QWidget(parent)
    , m_folder(new QLabel(this))
{
    auto* title = new QLabel(tr("Pretrain wav2vec on your own speech"), this);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* text = new QLabel(tr("Point at a folder of recordings, start a run, and watch its "
                               "curves while it trains.\nA run goes on when the window is "
                               "closed; runs started in a shell are shown here, too."),
                            this);
    text->setForegroundRole(QPalette::PlaceholderText);
    m_folder->setForegroundRole(QPalette::PlaceholderText);
    m_folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QLabel* label : {title, text, m_folder})
        label->setAlignment(Qt::AlignCenter);

    auto* start = new QPushButton(lineIcon(QStringLiteral("add")), tr("New run…"), this);
    start->setObjectName(QStringLiteral("emptyNewRun"));
    start->setDefault(true);
    connect(start, &QPushButton::clicked, this, &RunsEmpty::newRunRequested);
    auto* folder =
        new QPushButton(lineIcon(QStringLiteral("open")), tr("Choose folder of runs…"), this);
    folder->setObjectName(QStringLiteral("emptyChooseFolder"));
    connect(folder, &QPushButton::clicked, this, &RunsEmpty::folderRequested);
    auto* demo =
        new QPushButton(lineIcon(QStringLiteral("pretrain")), tr("Show the demo's run"), this);
    demo->setObjectName(QStringLiteral("emptyDemo"));
    connect(demo, &QPushButton::clicked, this, &RunsEmpty::demoRequested);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    for (QPushButton* button : {start, demo, folder}) {
        button->setMinimumHeight(34);
        button->setIconSize(QSize(20, 20));
        buttons->addWidget(button);
    }
    buttons->addStretch();

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(16);
    layout->addStretch(2);
    layout->addWidget(title);
    layout->addWidget(text);
    layout->addLayout(buttons);
    layout->addWidget(m_folder);
    layout->addStretch(3);
}

} // namespace phono
