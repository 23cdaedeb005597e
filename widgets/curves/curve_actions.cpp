#include "widgets/curves/curve_actions.h"

#include "widgets/curves/curve_grid.h"
#include "widgets/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolBar>
#include <QToolButton>

#include <algorithm>

namespace phono {
namespace {

constexpr double kZoomStep = 0.7;

QString withArrow(const QString& text)
{
    return text + QStringLiteral(" ▾");
}

int smoothingIndex(double smoothing)
{
    const auto at = std::ranges::lower_bound(kSmoothings, smoothing);
    return int(std::min(at, kSmoothings.end() - 1) - kSmoothings.begin());
}

QString smoothingText(double smoothing)
{
    return smoothing > 0 ? QObject::tr("%1 updates").arg(smoothing) : QObject::tr("off");
}

} // namespace

QString curveAxisName(CurveAxis axis)
{
    switch (axis) {
    case CurveAxis::Epoch:
        return QObject::tr("Epochs");
    case CurveAxis::Relative:
        return QObject::tr("Time trained");
    case CurveAxis::Wall:
        return QObject::tr("Wall time");
    case CurveAxis::Update:
        break;
    }
    return QObject::tr("Updates");
}

CurveActions::CurveActions(CurveGrid& grid, QWidget& owner)
    : m_grid(grid)
    , m_owner(owner)
{
    makeZoom();
    makeAxes();
    makeSmoothing();
    makePlots();
    connect(&grid, &CurveGrid::settingsChanged, this, &CurveActions::update);
    update();
}

CurveActions::~CurveActions()
{
    qDeleteAll(m_menus);
}

QAction* CurveActions::command(const char* icon, const QString& text,
                               const QList<QKeySequence>& keys, std::function<void()> run)
{
    auto* action = new QAction(text, this);
    if (icon)
        action->setIcon(lineIcon(QLatin1String(icon)));
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    if (!keys.isEmpty())
        action->setToolTip(
            tr("%1 (%2)").arg(text, keys.first().toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, std::move(run));
    m_owner.addAction(action);
    m_all << action;
    return action;
}

QAction* CurveActions::toggle(const QString& text, const QKeySequence& key,
                              bool CurveSettings::*flag)
{
    auto* action = command(nullptr, text, {key}, [this, flag] {
        change([flag](CurveSettings& settings) { settings.*flag = !(settings.*flag); });
    });
    action->setCheckable(true);
    m_updates.push_back(
        [action, flag](const CurveSettings& settings) { action->setChecked(settings.*flag); });
    return action;
}

QMenu* CurveActions::menu(const QString& title)
{
    auto* made = new QMenu(title);
    m_menus << made;
    m_all << made->menuAction();
    return made;
}

void CurveActions::makeZoom()
{
    m_fit = command("fit", tr("Show everything"), {Qt::Key_F, Qt::CTRL | Qt::Key_2},
                    [this] { m_grid.fit(); });
    m_zoomOut = command("zoom-out", tr("Zoom out"), {Qt::Key_Down, Qt::CTRL | Qt::Key_3},
                        [this] { m_grid.zoom(1 / kZoomStep, 0.5); });
    m_zoomIn = command("zoom-in", tr("Zoom in"), {Qt::Key_Up, Qt::CTRL | Qt::Key_1},
                       [this] { m_grid.zoom(kZoomStep, 0.5); });
    command(nullptr, tr("Scroll left"), {Qt::Key_Left}, [this] { m_grid.scroll(-0.1); });
    command(nullptr, tr("Scroll right"), {Qt::Key_Right}, [this] { m_grid.scroll(0.1); });
    command(nullptr, tr("Page left"), {Qt::Key_PageUp}, [this] { m_grid.scroll(-0.9); });
    command(nullptr, tr("Page right"), {Qt::Key_PageDown}, [this] { m_grid.scroll(0.9); });
    command(nullptr, tr("To the beginning"), {Qt::Key_Home}, [this] { m_grid.scroll(-1e6); });
    command(nullptr, tr("To the end"), {Qt::Key_End}, [this] { m_grid.scroll(1e6); });
    m_all << new QAction(this);
    m_all.last()->setSeparator(true);
}

void CurveActions::makeAxes()
{
    m_axis = menu(tr("Horizontal axis"));
    auto* group = new QActionGroup(this);
    for (const CurveAxis axis : kCurveAxes) {
        auto* action = m_axis->addAction(curveAxisName(axis));
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, axis] {
            change([axis](CurveSettings& settings) { settings.axis = axis; });
        });
        m_updates.push_back([action, axis](const CurveSettings& settings) {
            action->setChecked(settings.axis == axis);
        });
    }
    m_logX = toggle(tr("Logarithmic horizontal axis"), Qt::Key_X, &CurveSettings::logX);
    m_logX->setIconText(tr("log x"));
    m_logY = toggle(tr("Logarithmic values"), Qt::Key_Y, &CurveSettings::logY);
    m_logY->setIconText(tr("log y"));
}

void CurveActions::makeSmoothing()
{
    command(nullptr, tr("Smooth more"), {Qt::Key_BracketRight}, [this] { stepSmoothing(1); });
    command(nullptr, tr("Smooth less"), {Qt::Key_BracketLeft}, [this] { stepSmoothing(-1); });
    m_raw = toggle(tr("Values behind the smoothed line"), Qt::Key_V, &CurveSettings::raw);
    m_raw->setIconText(tr("values"));
}

void CurveActions::makePlots()
{
    m_plots = menu(tr("Plots"));
    for (const auto& pane : m_grid.panes()) {
        if (pane->what().large)
            continue;
        const QString id = pane->what().id;
        auto* action = m_plots->addAction(pane->what().title);
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [this, id](bool on) {
            change([&](CurveSettings& settings) {
                settings.hidden.removeAll(id);
                if (!on)
                    settings.hidden << id;
            });
        });
        m_updates.push_back([action, id](const CurveSettings& settings) {
            action->setChecked(!settings.hidden.contains(id));
        });
    }
}

void CurveActions::stepSmoothing(int by)
{
    const int index = std::clamp(smoothingIndex(m_grid.settings().smoothing) + by, 0,
                                 int(kSmoothings.size()) - 1);
    change(
        [index](CurveSettings& settings) { settings.smoothing = kSmoothings[std::size_t(index)]; });
}

void CurveActions::change(const std::function<void(CurveSettings&)>& edit)
{
    CurveSettings settings = m_grid.settings();
    edit(settings);
    m_grid.setSettings(settings);
}

void CurveActions::update()
{
    for (const auto& one : m_updates)
        one(m_grid.settings());
}

void CurveActions::fill(QToolBar& toolBar)
{
    for (QAction* action : {m_fit, m_zoomOut, m_zoomIn})
        toolBar.addAction(action);
    toolBar.addSeparator();
    const auto addMenu = [&](QMenu* shown, const QString& name) {
        auto* button = new QToolButton(&toolBar);
        button->setObjectName(name);
        button->setMenu(shown);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setText(withArrow(shown->title()));
        button->setToolTip(shown->title());
        button->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
        button->setFocusPolicy(Qt::TabFocus);
        toolBar.addWidget(button);
        return button;
    };
    auto* axis = addMenu(m_axis, QStringLiteral("curveAxis"));
    m_updates.push_back([axis](const CurveSettings& settings) {
        axis->setText(withArrow(curveAxisName(settings.axis)));
    });
    for (QAction* action : {m_logX, m_logY})
        toolBar.addAction(action);
    toolBar.addSeparator();

    auto* caption = new QLabel(tr("Smoothing"), &toolBar);
    caption->setContentsMargins(6, 0, 4, 0);
    auto* slider = new QSlider(Qt::Horizontal, &toolBar);
    slider->setObjectName(QStringLiteral("smoothing"));
    slider->setAccessibleName(caption->text());
    slider->setRange(0, int(kSmoothings.size()) - 1);
    slider->setPageStep(1);
    slider->setFixedWidth(110);
    slider->setToolTip(tr("Span of the exponential mean, in updates ([ and ])"));
    auto* value = new QLabel(&toolBar);
    value->setMinimumWidth(value->fontMetrics().horizontalAdvance(smoothingText(5000)) + 12);
    value->setContentsMargins(6, 0, 0, 0);
    value->setForegroundRole(QPalette::PlaceholderText);
    toolBar.addWidget(caption);
    toolBar.addWidget(slider);
    toolBar.addWidget(value);
    connect(slider, &QSlider::valueChanged, this, [this](int index) {
        change([index](CurveSettings& settings) {
            settings.smoothing = kSmoothings[std::size_t(index)];
        });
    });
    m_updates.push_back([slider, value](const CurveSettings& settings) {
        const QSignalBlocker quiet(slider);
        slider->setValue(smoothingIndex(settings.smoothing));
        value->setText(smoothingText(settings.smoothing));
    });
    toolBar.addAction(m_raw);
    toolBar.addSeparator();
    addMenu(m_plots, QStringLiteral("curvePlots"));
    update();
}

} // namespace phono
