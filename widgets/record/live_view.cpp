#include "widgets/record/live_view.h"

#include "widgets/record/live_canvas.h"
#include "widgets/record/themed_label.h"
#include "widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace phono {
namespace {

constexpr double kLate = 1; ///< seconds of lag that are worth a word

} // namespace

LiveView::LiveView(QWidget* parent)
    : QWidget(parent)
    , m_canvas(new LiveCanvas(this))
    , m_title(new QLabel(tr("Live (running statistics)"), this))
    , m_note(new ThemedLabel(&Theme::warning, this))
{
    setObjectName(QStringLiteral("live"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setToolTip(
        tr("wav2vec normalises over the whole file, which is not there yet: live features use "
           "the mean and variance of what has come so far. They differ from those of the "
           "finished take; open it in Inspect for the exact ones."));
    m_note->setObjectName(QStringLiteral("liveNote"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 4, 12, 4);
    row->setSpacing(8);
    row->addWidget(m_title);
    row->addWidget(m_note, 1);
    const std::pair<LiveCanvas::PaneId, QString> panes[] = {
        {LiveCanvas::Spectrogram, tr("Spectrogram")},
        {LiveCanvas::Z, tr("z")},
        {LiveCanvas::C, tr("c")}};
    for (const auto& [pane, text] : panes) {
        auto* action = new QAction(text, this);
        action->setCheckable(true);
        action->setChecked(true);
        action->setToolTip(tr("Show or hide %1").arg(text.toLower()));
        connect(action, &QAction::toggled, this,
                [this, pane = pane](bool on) { m_canvas->setShown(pane, on); });
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        row->addWidget(button);
        m_actions << action;
    }
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_canvas, 1);
    connect(m_canvas, &LiveCanvas::checkpointRequested, this, &LiveView::checkpointRequested);
    refresh();
}

void LiveView::append(const LiveBlock& block)
{
    m_canvas->append(block);
    if (block.behindSeconds == m_behind)
        return;
    m_behind = block.behindSeconds;
    refresh();
}

void LiveView::clear()
{
    m_behind = 0;
    m_canvas->clear();
    refresh();
}

void LiveView::setListening(bool listening)
{
    m_canvas->setListening(listening);
}

void LiveView::setCheckpoint(const QString& name)
{
    m_canvas->setCheckpoint(name);
}

void LiveView::setColors(ColorMap map)
{
    m_canvas->setColors(map);
}

void LiveView::setTake(Phase phase, double seconds)
{
    const bool known = m_phase != Phase::Listening;
    m_phase = phase;
    m_canvas->setTakeTime(phase == Phase::Recording ? std::optional(seconds) : std::nullopt, known);
}

void LiveView::setMarkers(std::vector<TakeMarker> markers)
{
    m_canvas->setMarkers(std::move(markers));
}

void LiveView::refresh()
{
    const bool late = m_behind >= kLate;
    m_note->setText(late ? tr("does not keep up: %1 s behind").arg(m_behind, 0, 'f', 1)
                         : QString());
}

} // namespace phono
