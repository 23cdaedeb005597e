#include "widgets/inspect/empty_state.h"

#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace phono {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent)
{
    auto* title = new QLabel(tr("See a recording as wav2vec hears it"));
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    title->setAlignment(Qt::AlignCenter);

    auto* text =
        new QLabel(tr("Waveform, spectrogram, and the features z and c on one time axis.\n"
                      "Any sound file will do: it is mixed to mono and resampled to 16 kHz."));
    text->setAlignment(Qt::AlignCenter);
    text->setForegroundRole(QPalette::PlaceholderText);

    auto* open = new QPushButton(lineIcon(QStringLiteral("open")), tr("Open recording…"));
    open->setObjectName(QStringLiteral("openButton"));
    open->setDefault(true);
    connect(open, &QPushButton::clicked, this, &EmptyState::openRequested);
    auto* demo = new QPushButton(lineIcon(QStringLiteral("play")), tr("Try the demo"));
    demo->setObjectName(QStringLiteral("demoButton"));
    connect(demo, &QPushButton::clicked, this, &EmptyState::demoRequested);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch();
    for (auto* button : {open, demo}) {
        button->setMinimumHeight(34);
        button->setIconSize(QSize(20, 20));
        buttons->addWidget(button);
    }
    buttons->addStretch();

    auto* drop = new QLabel(tr("or drop a file here"));
    drop->setAlignment(Qt::AlignCenter);
    drop->setForegroundRole(QPalette::PlaceholderText);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(16);
    layout->addStretch(2);
    layout->addWidget(title);
    layout->addWidget(text);
    layout->addLayout(buttons);
    layout->addWidget(drop);
    layout->addStretch(3);
}

} // namespace phono
