#include "widgets/pretrain/runs_empty.h"

#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace phono {
namespace {

constexpr int kButtonWidth = 220;
constexpr int kTextWidth = 520;

} // namespace

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
                               "curves while it trains. A run goes on when the window is "
                               "closed; runs started in a shell are shown here, too."),
                            this);
    text->setForegroundRole(QPalette::PlaceholderText);
    m_folder->setForegroundRole(QPalette::PlaceholderText);
    m_folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QLabel* label : {title, text, m_folder}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
    }

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
    // One below the other: there may be little room beside the docks, and the runs that come here
    // later must not be held to the width of this page.
    auto* buttons = new QVBoxLayout;
    buttons->setSpacing(8);
    for (QPushButton* button : {start, demo, folder}) {
        button->setMinimumHeight(34);
        button->setIconSize(QSize(20, 20));
        button->setFixedWidth(kButtonWidth);
        buttons->addWidget(button, 0, Qt::AlignHCenter);
    }

    // A text is best read in lines that are not too long.
    auto* middle = new QWidget(this);
    middle->setMaximumWidth(kTextWidth);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(16);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(text);
    column->addLayout(buttons);
    column->addWidget(m_folder);
    column->addStretch(3);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(24, 12, 24, 12);
    layout->addWidget(middle);
}

} // namespace phono
