#include "widgets/inspect/inspect_panel.h"

#include "widgets/document.h"
#include "widgets/inspect/empty_state.h"
#include "widgets/inspect/pane_stack.h"
#include "widgets/inspect/view_actions.h"
#include "widgets/theme.h"

#include <QAction>
#include <QFileInfo>
#include <QMenu>
#include <QSaveFile>
#include <QStackedLayout>
#include <QToolBar>
#include <QVBoxLayout>

namespace phono {

InspectPanel::InspectPanel(Document& document, TimeAxis& time, QWidget* parent)
    : Panel(QStringLiteral("inspect"), tr("Inspect"), parent)
    , m_document(document)
    , m_time(time)
    , m_panes(new PaneStack(document, time))
    , m_empty(new EmptyState)
    , m_actions(new ViewActions(*m_panes, *this))
    , m_toolBar(new QToolBar(tr("View")))
    , m_stack(new QStackedLayout)
{
    m_toolBar->setIconSize(QSize(20, 20));
    m_toolBar->setMinimumHeight(38);
    m_actions->fill(*m_toolBar);
    auto* padded = new QWidget;
    auto* margins = new QVBoxLayout(padded);
    margins->setContentsMargins(8, 0, 8, 4);
    margins->addWidget(m_panes);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_toolBar);
    column->addLayout(m_stack, 1);
    // Only now: a stack without a parent shows what is added to it as a window.
    m_stack->addWidget(m_empty);
    m_stack->addWidget(padded);
    padded->setAutoFillBackground(true);
    padded->setBackgroundRole(QPalette::Base);
    setFocusProxy(m_panes);
    makeStack();

    const auto showStack = [this] {
        m_stack->setCurrentIndex(m_document.hasAudio() ? 1 : 0);
        m_toolBar->setVisible(m_document.hasAudio());
    };
    connect(&document, &Document::audioChanged, this, showStack);
    showStack();
}

InspectPanel::~InspectPanel() = default;

void InspectPanel::makeStack()
{
    connect(m_panes, &PaneStack::readoutChanged, this, &InspectPanel::readoutChanged);
    connect(m_panes, &PaneStack::currentCellChanged, this, &InspectPanel::currentCellChanged);
    connect(m_panes, &PaneStack::settingsChanged, this, &InspectPanel::settingsChanged);
    connect(m_panes, &PaneStack::summaryChanged, this, &InspectPanel::summaryChanged);
    connect(m_panes, &PaneStack::paneMenuRequested, m_actions, &ViewActions::showPaneMenu);
    connect(m_panes, &PaneStack::contextMenuRequested, this, &InspectPanel::showContextMenu);
    connect(m_panes, &PaneStack::hintClicked, this, &InspectPanel::followHint);
    connect(m_actions, &ViewActions::featureRequested, this, &InspectPanel::featureRequested);
    connect(m_actions, &ViewActions::spectrogramRequested, this,
            &InspectPanel::spectrogramRequested);
    connect(m_actions, &ViewActions::playSeenRequested, this, &InspectPanel::playSeen);
    connect(m_empty, &EmptyState::openRequested, this, &InspectPanel::openRequested);
    connect(m_empty, &EmptyState::demoRequested, this, &InspectPanel::demoRequested);
}

void InspectPanel::playSeen()
{
    if (const auto seen = m_panes->seenRange())
        Q_EMIT playRequested(*seen);
}

void InspectPanel::followHint(const QString& pane)
{
    if (m_document.modelTitle().isEmpty())
        Q_EMIT checkpointRequested();
    else
        Q_EMIT featureRequested(pane);
}

void InspectPanel::showContextMenu(QPoint globalPosition)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(m_actions->all());
    menu->addSeparator();
    menu->addAction(lineIcon(QStringLiteral("picture")), tr("Save picture…"), this,
                    &InspectPanel::pictureRequested);
    menu->addAction(lineIcon(QStringLiteral("export")), tr("Export features…"), this,
                    &InspectPanel::exportRequested);
    menu->popup(globalPosition);
}

const Readout& InspectPanel::readout() const
{
    return m_panes->readout();
}

std::optional<FeatureCell> InspectPanel::currentCell() const
{
    return m_panes->currentCell();
}

void InspectPanel::setCurrentCell(const FeatureCell& cell)
{
    m_panes->setCurrentCell(cell);
}

QStringList InspectPanel::shownFeatures() const
{
    return m_panes->settings().features;
}

std::shared_ptr<const FeatureSummary> InspectPanel::summary(const QString& pane) const
{
    return m_panes->summary(pane);
}

QList<QAction*> InspectPanel::viewActions() const
{
    return m_actions->all();
}

void InspectPanel::addTransport(const QList<QAction*>& actions)
{
    auto* first = m_toolBar->actions().value(0);
    m_toolBar->insertActions(first, actions);
    m_toolBar->insertSeparator(first);
}

QImage InspectPanel::render(QSize size, qreal devicePixelRatio)
{
    return m_panes->render(size, devicePixelRatio);
}

Result<void> InspectPanel::savePicture(const QString& path)
{
    const auto problem = [&path](const QString& what) {
        return Error{tr("Could not save the picture %1: %2").arg(path, what).toStdString()};
    };
    const QString extension = QFileInfo(path).suffix().toLower();
    if (extension != QLatin1String("png") && extension != QLatin1String("pdf"))
        return problem(tr("choose a name that ends in .png or .pdf."));
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return problem(file.errorString());
    bool written = false;
    if (extension == QLatin1String("pdf")) {
        written = m_panes->writePdf(file);
    } else {
        constexpr int kScale = 2;
        written = m_panes->render(m_panes->size(), kScale).save(&file, "PNG");
    }
    if (!written || !file.commit())
        return problem(file.errorString());
    return {};
}

QByteArray InspectPanel::saveState() const
{
    return m_panes->settings().toJson();
}

void InspectPanel::restoreState(const QByteArray& state)
{
    m_panes->setSettings(ViewSettings::fromJson(state));
}

void InspectPanel::setActivity(const QString& featureName, const QString& stage, double fraction)
{
    if (fraction < 0)
        m_panes->setActivity(featureName, std::nullopt);
    else
        m_panes->setActivity(featureName, PaneActivity{stage, fraction});
}

} // namespace phono
