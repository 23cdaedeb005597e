#include "widgets/record/record_panel.h"

#include "widgets/record/elided_label.h"
#include "widgets/record/level_meter_view.h"
#include "widgets/record/live_view.h"
#include "widgets/record/record_button.h"
#include "widgets/record/record_texts.h"
#include "widgets/record/take_report_view.h"
#include "widgets/record/takes_view.h"
#include "widgets/record/themed_label.h"
#include "widgets/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>

namespace phono {
namespace {

using State = RecorderStatus::State;

constexpr int kLiveShare = 62; ///< per cent, of live view and takes
constexpr int kTallEnough = 760;
constexpr int kWideEnough = 860;

QWidget* line(QWidget* parent)
{
    auto* rule = new QWidget(parent);
    rule->setAutoFillBackground(true);
    rule->setBackgroundRole(QPalette::Mid);
    rule->setFixedHeight(1);
    return rule;
}

QToolButton* buttonOf(QAction* action, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize(QSize(20, 20));
    button->setMinimumHeight(32);
    button->setAutoRaise(true);
    return button;
}

} // namespace

RecordPanel::RecordPanel(QWidget* parent)
    : Panel(QStringLiteral("record"), tr("Record"), parent)
    , m_devices(new DeviceBar(this))
    , m_meter(new LevelMeterView(this))
    , m_live(new LiveView(this))
    , m_takes(new TakesView(this))
    , m_report(new TakeReportView(this))
    , m_splitter(new QSplitter(Qt::Vertical, this))
    , m_button(new RecordButton(this))
    , m_time(new ThemedLabel(&Theme::muted, this))
    , m_state(new ThemedLabel(&Theme::text, this))
    , m_stateDetails(new ElidedLabel(Qt::ElideRight, this))
    , m_problem(new QLabel(this))
    , m_again(new QPushButton(tr("Try again"), this))
    , m_markers(new ElidedLabel(Qt::ElideRight, this))
    , m_file(new ElidedLabel(Qt::ElideMiddle, this))
    , m_free(new ThemedLabel(&Theme::muted, this))
    , m_losses(new ThemedLabel(&Theme::warning, this))
    , m_preRoll(new QCheckBox(tr("Begin %1 s before (pre-roll)").arg(kPreRollSeconds), this))
    , m_format(new QComboBox(this))
{
    const std::pair<QWidget*, const char*> names[] = {{m_button, "recordButton"},
                                                      {m_time, "takeTime"},
                                                      {m_state, "recorderState"},
                                                      {m_problem, "problem"},
                                                      {m_again, "tryAgain"},
                                                      {m_markers, "markers"},
                                                      {m_stateDetails, "recorderDevice"},
                                                      {m_file, "nextFile"},
                                                      {m_free, "freeTime"},
                                                      {m_losses, "losses"},
                                                      {m_preRoll, "preRoll"},
                                                      {m_format, "format"},
                                                      {m_splitter, "recordSplitter"}};
    for (const auto& [widget, name] : names)
        widget->setObjectName(QLatin1String(name));
    makeActions();
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    auto* middle = new QVBoxLayout;
    middle->setContentsMargins(12, 12, 12, 8);
    middle->setSpacing(8);
    middle->addLayout(makeTransport());
    middle->addLayout(makeProblem());
    middle->addWidget(m_meter);
    middle->addWidget(m_losses);
    middle->addLayout(makeFileLine());
    m_splitter->addWidget(m_live);
    m_splitter->addWidget(makeTakes());
    m_splitter->setSizes({kLiveShare * 100, (100 - kLiveShare) * 100});
    m_splitter->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_devices);
    column->addWidget(line(this));
    column->addLayout(middle);
    column->addWidget(line(this));
    column->addWidget(m_splitter, 1);

    connect(m_meter, &LevelMeterView::clipResetRequested, this, &RecordPanel::clipResetRequested);
    connect(m_report, &TakeReportView::openRequested, this, &RecordPanel::reportOpened);
    refresh();
}

void RecordPanel::makeActions()
{
    const auto make = [this](const char* icon, const QString& text, const QKeySequence& key) {
        auto* action = new QAction(lineIcon(QLatin1String(icon)), text, this);
        action->setShortcut(key);
        // A key that is held down must not stop what it began.
        action->setAutoRepeat(false);
        addAction(action);
        return action;
    };
    m_record = make("record", tr("Record"), Qt::Key_R);
    m_pause = make("pause", tr("Pause"), Qt::Key_P);
    m_marker = make("marker", tr("Marker"), Qt::CTRL | Qt::Key_M);
    m_listen = make("recording", tr("Listen"), {});
    m_folder = make("open", tr("Folder of takes…"), {});
    m_listen->setCheckable(true);
    m_listen->setToolTip(tr("Shows levels before anything is recorded. Nothing is kept but the "
                            "last %1 s for the pre-roll.")
                             .arg(kPreRollSeconds));
    connect(m_record, &QAction::triggered, this, &RecordPanel::recordOrStop);
    connect(m_pause, &QAction::triggered, this,
            [this] { Q_EMIT pauseRequested(m_status.state != State::Paused); });
    connect(m_marker, &QAction::triggered, this,
            [this] { Q_EMIT markerRequested(QString::number(m_status.markers.size() + 1)); });
    connect(m_listen, &QAction::triggered, this, &RecordPanel::listenRequested);
    connect(m_folder, &QAction::triggered, this, &RecordPanel::folderRequested);
    connect(m_button, &QPushButton::clicked, m_record, &QAction::trigger);
    connect(m_again, &QPushButton::clicked, this, [this] { Q_EMIT listenRequested(true); });
}

QLayout* RecordPanel::makeTransport()
{
    QFont large = tabularFont(font());
    large.setPointSizeF(font().pointSizeF() * 2.2);
    m_time->setFont(large);
    m_time->setAccessibleName(tr("Length of the take"));
    // The width of the widest figures, so that nothing moves.
    m_time->setMinimumWidth(QFontMetrics(large).horizontalAdvance(QStringLiteral("00:00:00.0")));
    QFont bold = m_state->font();
    bold.setWeight(QFont::DemiBold);
    m_state->setFont(bold);
    m_markers->setForegroundRole(QPalette::PlaceholderText);
    m_stateDetails->setForegroundRole(QPalette::PlaceholderText);
    auto* upper = new QHBoxLayout;
    upper->setSpacing(4);
    upper->addWidget(m_time);
    QToolButton* pause = buttonOf(m_pause, this);
    // It says "Continue" at times, and nothing must move then.
    pause->setMinimumWidth(pause->sizeHint().width()
                           + fontMetrics().horizontalAdvance(tr("Continue"))
                           - fontMetrics().horizontalAdvance(tr("Pause")));
    upper->addWidget(pause);
    upper->addWidget(buttonOf(m_marker, this));
    upper->addWidget(m_markers, 1);
    auto* lower = new QHBoxLayout;
    lower->setSpacing(8);
    lower->addWidget(m_state);
    lower->addWidget(m_stateDetails, 1);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(4);
    middle->addLayout(upper);
    middle->addLayout(lower);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(m_button);
    row->addLayout(middle, 1);
    row->addLayout(makeSwitches());
    return row;
}

QLayout* RecordPanel::makeSwitches()
{
    auto* listen = new QCheckBox(tr("Listen"), this);
    listen->setObjectName(QStringLiteral("listen"));
    listen->setToolTip(m_listen->toolTip());
    const auto follow = [this, listen] {
        listen->setChecked(m_listen->isChecked());
        listen->setEnabled(m_listen->isEnabled());
    };
    connect(listen, &QCheckBox::clicked, m_listen, &QAction::trigger);
    connect(m_listen, &QAction::changed, listen, follow);
    follow();
    m_preRoll->setToolTip(tr("A take begins with the last %1 s that were listened to, so that a "
                             "first word is not lost.")
                              .arg(kPreRollSeconds));
    connect(m_preRoll, &QCheckBox::clicked, this, &RecordPanel::preRollChanged);
    auto* column = new QVBoxLayout;
    column->setSpacing(8);
    column->addStretch();
    column->addWidget(listen);
    column->addWidget(m_preRoll);
    column->addStretch();
    return column;
}

QLayout* RecordPanel::makeProblem()
{
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_problem, 1);
    row->addWidget(m_again);
    return row;
}

QLayout* RecordPanel::makeFileLine()
{
    m_format->setAccessibleName(tr("Format of takes"));
    m_format->addItem(tr("WAV 24 bit"), static_cast<int>(TakeFormat::Wav));
    m_format->addItem(tr("FLAC 24 bit"), static_cast<int>(TakeFormat::Flac));
    m_format->setToolTip(tr("FLAC is about half as large and loses nothing."));
    connect(m_format, &QComboBox::activated, this, &RecordPanel::formatChanged);
    auto* folder = buttonOf(m_folder, this);
    folder->setToolButtonStyle(Qt::ToolButtonIconOnly);
    folder->setMinimumHeight(0);
    m_losses->setWordWrap(true);
    m_file->setForegroundRole(QPalette::PlaceholderText);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_file, 1);
    row->addWidget(m_free);
    row->addSpacing(8);
    row->addWidget(m_format);
    row->addWidget(folder);
    return row;
}

QWidget* RecordPanel::makeTakes()
{
    auto* widget = new QWidget(this);
    auto* column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_report);
    column->addWidget(m_takes, 1);
    return widget;
}

bool RecordPanel::inTake() const
{
    return m_status.inTake();
}

bool RecordPanel::listensNow() const
{
    return m_status.state == State::Listening || inTake();
}

void RecordPanel::recordOrStop()
{
    if (inTake())
        Q_EMIT stopRequested();
    else
        Q_EMIT recordRequested();
}

void RecordPanel::setDevices(std::vector<SoundDevice> devices)
{
    m_devices->setDevices(std::move(devices));
    refresh();
}

void RecordPanel::setStatus(const RecorderStatus& status)
{
    const bool began = !inTake() && status.inTake();
    const bool sameActions =
        status.state == m_status.state && status.takeComing == m_status.takeComing;
    const bool sameMarkers = status.markers == m_status.markers;
    m_status = status;
    if (began)
        m_report->hide();
    if (listensNow()) {
        m_error.clear();
        m_wasOpen = true;
    } else if (status.state == State::Opening) {
        m_wasOpen = false;
    }
    m_meter->setReading(listensNow() ? status.levels : LevelReading{});
    m_live->setListening(listensNow());
    m_live->setTake(status.state == State::Recording    ? LiveView::Phase::Recording
                        : status.state == State::Paused ? LiveView::Phase::Paused
                                                        : LiveView::Phase::Listening,
                    status.seconds);
    if (!sameMarkers) {
        m_live->setMarkers(status.markers);
        m_markers->setToolTip(markersList(status.markers));
    }
    if (!sameActions)
        refreshActions();
    refreshState();
    refreshFile();
}

void RecordPanel::setDeviceError(const QString& text)
{
    m_error = text;
    refresh();
}

void RecordPanel::setTakes(std::vector<Take> takes)
{
    m_takes->setTakes(std::move(takes));
}

void RecordPanel::showReport(const TakeReport& report, const QStringList& advice)
{
    m_report->show(report, advice);
}

void RecordPanel::setListening(bool on)
{
    m_listen->setChecked(on);
    refreshState();
}

bool RecordPanel::listening() const
{
    return m_listen->isChecked();
}

void RecordPanel::setFormat(TakeFormat format)
{
    m_format->setCurrentIndex(m_format->findData(static_cast<int>(format)));
}

TakeFormat RecordPanel::format() const
{
    return static_cast<TakeFormat>(m_format->currentData().toInt());
}

void RecordPanel::setPreRoll(bool on)
{
    m_preRoll->setChecked(on);
}

bool RecordPanel::preRoll() const
{
    return m_preRoll->isChecked();
}

void RecordPanel::setNextFile(const QString& file)
{
    if (file == m_nextFile)
        return;
    m_nextFile = file;
    refreshFile();
}

void RecordPanel::setFreeSeconds(std::optional<double> seconds)
{
    if (seconds == m_freeSeconds)
        return;
    m_freeSeconds = seconds;
    refreshFile();
}

QList<QAction*> RecordPanel::recordActions() const
{
    return {m_record, m_pause, m_marker, m_listen, m_folder};
}

void RecordPanel::resizeEvent(QResizeEvent* event)
{
    Panel::resizeEvent(event);
    // Side by side where there is width, but not the height for both.
    const bool flat = height() < kTallEnough && width() >= kWideEnough;
    const auto wanted = flat ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == wanted)
        return;
    m_splitter->setOrientation(wanted);
    m_splitter->setSizes({kLiveShare * 100, (100 - kLiveShare) * 100});
}

QByteArray RecordPanel::saveState() const
{
    QJsonArray panes;
    for (const QAction* action : m_live->paneActions())
        panes << action->isChecked();
    const QJsonObject state{
        {QStringLiteral("splitter"), QString::fromLatin1(m_splitter->saveState().toBase64())},
        {QStringLiteral("panes"), panes}};
    return QJsonDocument(state).toJson(QJsonDocument::Compact);
}

void RecordPanel::restoreState(const QByteArray& state)
{
    const QJsonObject saved = QJsonDocument::fromJson(state).object();
    m_splitter->restoreState(
        QByteArray::fromBase64(saved[QStringLiteral("splitter")].toString().toLatin1()));
    const QJsonArray panes = saved[QStringLiteral("panes")].toArray();
    const QList<QAction*> actions = m_live->paneActions();
    for (qsizetype i = 0; i < std::min(panes.size(), actions.size()); ++i)
        actions[i]->setChecked(panes[i].toBool(true));
}

} // namespace phono
