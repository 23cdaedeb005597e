#include "widgets/inspect/view_actions.h"

#include "core/base/sample_source.h"
#include "widgets/document.h"
#include "widgets/inspect/pane_stack.h"
#include "widgets/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolBar>
#include <QToolButton>
#include <QWidgetAction>

#include <algorithm>
#include <array>

namespace phono {

namespace {

/// Keys that move within lists and fields too, which must get them while they have the focus.
bool movesInLists(const QKeySequence& key)
{
    constexpr std::array kKeys = {Qt::Key_Up,   Qt::Key_Down, Qt::Key_Left,   Qt::Key_Right,
                                  Qt::Key_Home, Qt::Key_End,  Qt::Key_PageUp, Qt::Key_PageDown};
    return std::ranges::any_of(kKeys, [&](Qt::Key some) { return key == QKeySequence(some); });
}

/// The text of a button that opens a menu.
QString withArrow(const QString& text)
{
    return text + QStringLiteral(" ▾");
}

} // namespace

ViewActions::ViewActions(PaneStack& stack, QWidget& owner)
    : QObject(&owner)
    , m_stack(stack)
    , m_owner(owner)
{
    makeTimeActions();
    separate();
    makePaneActions();
    separate();
    makeColorActions();
    connect(&m_stack, &PaneStack::settingsChanged, this, &ViewActions::update);
    connect(&m_stack.timeAxis(), &TimeAxis::selectionChanged, this, &ViewActions::update);
    connect(&m_stack.document(), &Document::spectrogramChanged, this, &ViewActions::update);
    update();
}

ViewActions::~ViewActions()
{
    qDeleteAll(m_menus);
}

void ViewActions::update()
{
    for (const auto& update : m_updates)
        update(m_stack.settings());
    m_toSelection->setEnabled(m_stack.timeAxis().selection().has_value());
}

void ViewActions::change(const std::function<void(ViewSettings&)>& edit)
{
    ViewSettings settings = m_stack.settings();
    edit(settings);
    m_stack.setSettings(settings);
    update();
}

void ViewActions::separate()
{
    auto* separator = new QAction(this);
    separator->setSeparator(true);
    m_all << separator;
}

QAction* ViewActions::command(const char* icon, const QString& text,
                              const QList<QKeySequence>& keys, std::function<void()> run)
{
    auto* action = new QAction(text, this);
    if (icon)
        action->setIcon(lineIcon(QLatin1String(icon)));
    action->setShortcuts(keys);
    action->setShortcutContext(std::ranges::any_of(keys, movesInLists)
                                   ? Qt::WidgetWithChildrenShortcut
                                   : Qt::WindowShortcut);
    if (!keys.isEmpty())
        action->setToolTip(
            tr("%1 (%2)").arg(text, keys.first().toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    m_owner.addAction(action);
    m_all << action;
    return action;
}

QAction* ViewActions::toggle(const char* icon, const QString& text, const QKeySequence& key,
                             bool ViewSettings::*flag)
{
    QList<QKeySequence> keys;
    if (!key.isEmpty())
        keys << key;
    auto* action = command(icon, text, keys, [this, flag] {
        change([flag](ViewSettings& settings) { settings.*flag = !(settings.*flag); });
    });
    action->setCheckable(true);
    m_updates.push_back(
        [action, flag](const ViewSettings& settings) { action->setChecked(settings.*flag); });
    return action;
}

QMenu* ViewActions::menu(const char* icon, const QString& title)
{
    auto* made = new QMenu(title);
    if (icon)
        made->setIcon(lineIcon(QLatin1String(icon)));
    made->setToolTipsVisible(true);
    m_menus << made;
    m_all << made->menuAction();
    return made;
}

template <typename T>
void ViewActions::addChoices(QMenu& into, const Choices<T>& choices, T ViewSettings::*member)
{
    auto* group = new QActionGroup(this);
    for (const auto& [text, value] : choices) {
        auto* action = into.addAction(text);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, member, value = value] {
            change([&](ViewSettings& settings) { settings.*member = value; });
        });
        m_updates.push_back([action, member, value = value](const ViewSettings& settings) {
            action->setChecked(settings.*member == value);
        });
    }
}

void ViewActions::makeTimeActions()
{
    auto& time = m_stack.timeAxis();
    const auto zoomAt = [&time] {
        const TimeRange view = time.visible();
        const auto cursor = time.cursor();
        const bool inView = cursor && *cursor >= view.start && *cursor <= view.end;
        return inView ? *cursor : (view.start + view.end) / 2;
    };
    constexpr double kStep = 2;
    constexpr double kScroll = 0.1;
    const auto scroll = [&time](double part) {
        return [&time, part] {
            time.scroll(part * time.visible().length());
        };
    };
    const auto jump = [&time](bool toEnd) {
        return [&time, toEnd] {
            const double length = time.visible().length();
            const double start = toEnd ? time.duration() - length : 0;
            time.setVisible({start, start + length});
            time.setCursor(toEnd ? time.duration() : 0);
        };
    };
    m_fit = command("fit", tr("Fit the whole file"), {Qt::Key_F}, [&time] { time.fit(); });
    m_zoomIn = command("zoom-in", tr("Zoom in"), {Qt::CTRL | Qt::Key_1, Qt::Key_Up},
                       [&time, zoomAt] { time.zoom(kStep, zoomAt()); });
    m_zoomOut = command("zoom-out", tr("Zoom out"), {Qt::CTRL | Qt::Key_3, Qt::Key_Down},
                        [&time, zoomAt] { time.zoom(1 / kStep, zoomAt()); });
    command(nullptr, tr("Zoom to one frame a pixel"), {Qt::CTRL | Qt::Key_2},
            [this, &time, zoomAt] {
                constexpr double kFrameSeconds = 0.01;
                const double wanted = m_stack.width() * kFrameSeconds;
                if (wanted > 0)
                    time.zoom(time.visible().length() / wanted, zoomAt());
            });
    m_toSelection = command("zoom-selection", tr("Zoom to selection"), {Qt::CTRL | Qt::Key_E},
                            [&time] { time.zoomToSelection(); });
    auto* move = menu(nullptr, tr("Move in time"));
    const QList<QAction*> moves{
        command(nullptr, tr("Scroll left"), {Qt::Key_Left}, scroll(-kScroll)),
        command(nullptr, tr("Scroll right"), {Qt::Key_Right}, scroll(kScroll)),
        command(nullptr, tr("Page left"), {Qt::Key_PageUp}, scroll(-1)),
        command(nullptr, tr("Page right"), {Qt::Key_PageDown}, scroll(1)),
        command(nullptr, tr("Go to start"), {Qt::Key_Home}, jump(false)),
        command(nullptr, tr("Go to end"), {Qt::Key_End}, jump(true))};
    move->addActions(moves);
    m_all.removeIf([&](QAction* action) { return moves.contains(action); });
    m_seen = command("receptive-field", tr("Play what the frame sees"), {Qt::Key_R},
                     [this] { Q_EMIT playSeenRequested(); });
}

void ViewActions::makePaneActions()
{
    m_layers = menu("layers", tr("Layers"));
    connect(m_layers, &QMenu::aboutToShow, this, [this] {
        m_layers->clear();
        fillLayers(*m_layers);
    });
    toggle(nullptr, tr("Overview"), {}, &ViewSettings::overview);
    toggle(nullptr, tr("Waveform"), {}, &ViewSettings::waveform);
    toggle(nullptr, tr("Spectrogram"), {}, &ViewSettings::spectrogram);
    toggle(nullptr, tr("Labels"), {}, &ViewSettings::labels);
    toggle(nullptr, tr("Fit waveform to its peak"), Qt::Key_A, &ViewSettings::fitAmplitude);
    command(nullptr, tr("Menus of the panes"), {Qt::Key_M}, [this] { showPaneMenus(); });
}

void ViewActions::fillLayers(QMenu& into)
{
    const auto& offered = m_stack.document().offeredFeatures();
    if (offered.empty())
        into.addAction(tr("Open a checkpoint to see its layers"))->setEnabled(false);
    for (const auto& info : offered) {
        const auto name = QString::fromStdString(info.name);
        auto* action = into.addAction(tr("%1 (%2 dims)").arg(name).arg(info.channels));
        action->setCheckable(true);
        action->setChecked(m_stack.settings().features.contains(name));
        connect(action, &QAction::triggered, this, [this, name](bool on) {
            change([&](ViewSettings& settings) {
                settings.features.removeAll(name);
                if (on)
                    settings.features << name;
            });
            if (on && m_stack.document().feature(name).totalFrames == 0)
                Q_EMIT featureRequested(name);
        });
    }
}

void ViewActions::makeColorActions()
{
    m_order = menu("order", tr("Order of dimensions"));
    addChoices<ChannelOrder>(*m_order,
                             {{tr("By index"), ChannelOrder::Index},
                              {tr("By variance"), ChannelOrder::Variance},
                              {tr("By similarity"), ChannelOrder::Similarity}},
                             &ViewSettings::order);
    m_scores = toggle("score", tr("Z-score of each dimension"), Qt::Key_Z, &ViewSettings::scores);
    m_aggregation = menu(nullptr, tr("Frames that share a pixel"));
    addChoices<Aggregation>(
        *m_aggregation,
        {{tr("Show the largest"), Aggregation::Max}, {tr("Show the mean"), Aggregation::Mean}},
        &ViewSettings::aggregation);
    m_colors = menu("palette", tr("Colour map"));
    Choices<ColorMap> maps;
    for (const ColorMap map : kSequentialMaps)
        maps.emplace_back(colorMapName(map), map);
    addChoices<ColorMap>(*m_colors, maps, &ViewSettings::colors);
    m_limits = menu("contrast", tr("Colour limits"));
    addChoices<ColorLimits>(*m_limits,
                            {{tr("0–100 %"), {0, 100}},
                             {tr("0.1–99.9 %"), {0.1, 99.9}},
                             {tr("1–99 %"), {1, 99}},
                             {tr("5–95 %"), {5, 95}}},
                            &ViewSettings::limits);
    addCustomLimits();
    m_spectrogram = menu(nullptr, tr("Spectrogram settings"));
    addSpectrogramChoices(*m_spectrogram);
    m_spectrogram->addSection(tr("Range below the loudest"));
    addChoices<double>(*m_spectrogram,
                       {{tr("40 dB"), 40}, {tr("55 dB"), 55}, {tr("70 dB"), 70}, {tr("90 dB"), 90}},
                       &ViewSettings::decibels);
}

void ViewActions::addCustomLimits()
{
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(28, 4, 12, 4);
    auto* low = new QDoubleSpinBox;
    auto* high = new QDoubleSpinBox;
    low->setRange(0, 49);
    high->setRange(51, 100);
    for (auto* box : {low, high}) {
        box->setDecimals(1);
        box->setSingleStep(0.5);
        box->setSuffix(tr(" %"));
        connect(box, &QDoubleSpinBox::editingFinished, this, [this, low, high] {
            change([&](ViewSettings& settings) {
                settings.limits = {low->value(), high->value()};
            });
        });
    }
    layout->addWidget(low);
    layout->addWidget(new QLabel(tr("to")));
    layout->addWidget(high);
    auto* action = new QWidgetAction(this);
    action->setDefaultWidget(row);
    m_limits->addSection(tr("Other percentiles"));
    m_limits->addAction(action);
    m_updates.push_back([low, high](const ViewSettings& settings) {
        low->setValue(settings.limits.low);
        high->setValue(settings.limits.high);
    });
}

void ViewActions::addSpectrogramChoices(QMenu& into)
{
    const auto add = [&](QActionGroup* group, const QString& text, auto member, auto value) {
        auto* action = into.addAction(text);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, member, value] {
            auto options = m_stack.document().spectrogramOptions();
            options.*member = value;
            Q_EMIT spectrogramRequested(options);
        });
        m_updates.push_back([this, action, member, value](const ViewSettings&) {
            action->setChecked(m_stack.document().spectrogramOptions().*member == value);
        });
    };
    auto* scale = new QActionGroup(this);
    into.addSection(tr("Frequency axis"));
    add(scale, tr("Mel"), &SpectrogramOptions::scale, FrequencyScale::Mel);
    add(scale, tr("Linear"), &SpectrogramOptions::scale, FrequencyScale::Linear);
    auto* window = new QActionGroup(this);
    into.addSection(tr("Window"));
    for (const int milliseconds : {5, 10, 25, 50})
        add(window, tr("%1 ms").arg(milliseconds), &SpectrogramOptions::windowLength,
            milliseconds * kModelRate / 1000);
}

void ViewActions::fill(QToolBar& toolBar) const
{
    for (QAction* action : {m_fit, m_zoomOut, m_zoomIn, m_toSelection})
        toolBar.addAction(action);
    toolBar.addSeparator();
    const auto addMenu = [&](QMenu* menu, const QString& text, const QString& tip) {
        auto* button = new QToolButton(&toolBar);
        button->setMenu(menu);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIcon(menu->icon());
        button->setText(withArrow(text));
        button->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
        button->setToolTip(tip);
        button->setFocusPolicy(Qt::TabFocus);
        toolBar.addWidget(button);
        return button;
    };
    addMenu(m_layers, tr("Layers"), tr("Which features are shown"));
    auto* order = addMenu(m_order, {}, tr("Order of dimensions"));
    toolBar.addAction(m_scores);
    toolBar.addSeparator();
    auto* colors = addMenu(m_colors, {}, tr("Colour map"));
    auto* limits = addMenu(m_limits, {}, tr("Percentiles of the first and last colour"));
    const auto show = [this, order, colors, limits] {
        const auto& settings = m_stack.settings();
        order->setText(withArrow(channelOrderName(settings.order)));
        colors->setText(
            withArrow(colorMapName(settings.scores ? ColorMap::Diverging : settings.colors)));
        limits->setText(
            withArrow(tr("%1–%2 %").arg(settings.limits.low).arg(settings.limits.high)));
    };
    connect(&m_stack, &PaneStack::settingsChanged, order, show);
    show();
    toolBar.addSeparator();
    toolBar.addAction(m_seen);
}

void ViewActions::showPaneMenu(const QString& pane, QPoint globalPosition)
{
    auto* shown = new QMenu(&m_owner);
    shown->setAttribute(Qt::WA_DeleteOnClose);
    fillPaneMenu(*shown, pane);
    shown->popup(globalPosition);
}

void ViewActions::showPaneMenus()
{
    auto* shown = new QMenu(&m_owner);
    shown->setAttribute(Qt::WA_DeleteOnClose);
    QPoint place;
    for (const auto& pane : m_stack.panes()) {
        if (!pane->hasMenu())
            continue;
        if (shown->isEmpty())
            place = pane->headerRect().bottomLeft();
        fillPaneMenu(*shown->addMenu(QLatin1Char('&') + pane->title()), pane->id());
    }
    if (shown->isEmpty())
        shown->addAction(tr("No pane has a menu. Choose one under Layers."))->setEnabled(false);
    shown->popup(m_stack.mapToGlobal(place));
}

void ViewActions::fillPaneMenu(QMenu& into, const QString& pane)
{
    if (pane == QLatin1String("spectrogram")) {
        into.addActions(m_spectrogram->actions());
        into.addSeparator();
        into.addMenu(m_colors);
        return;
    }
    into.addSection(tr("Show here"));
    auto* group = new QActionGroup(&into);
    for (const auto& info : m_stack.document().offeredFeatures()) {
        const auto name = QString::fromStdString(info.name);
        auto* action = into.addAction(tr("%1 (%2 dims)").arg(name).arg(info.channels));
        action->setCheckable(true);
        action->setChecked(name == pane);
        action->setEnabled(name == pane || !m_stack.settings().features.contains(name));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, pane, name] {
            change([&](ViewSettings& settings) {
                settings.features.replace(settings.features.indexOf(pane), name);
            });
            if (m_stack.document().feature(name).totalFrames == 0)
                Q_EMIT featureRequested(name);
        });
    }
    into.addSeparator();
    for (QMenu* more : {m_layers, m_order, m_aggregation, m_colors, m_limits})
        into.addMenu(more);
    into.addAction(m_scores);
    into.addSeparator();
    into.addAction(tr("Close this pane"), this, [this, pane] {
        change([&](ViewSettings& settings) { settings.features.removeAll(pane); });
    });
}

} // namespace phono
