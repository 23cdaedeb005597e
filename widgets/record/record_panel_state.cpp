// What the panel says of the recorder.

#include "widgets/record/elided_label.h"
#include "widgets/record/level_meter_view.h"
#include "widgets/record/record_button.h"
#include "widgets/record/record_panel.h"
#include "widgets/record/record_texts.h"
#include "widgets/record/themed_label.h"
#include "widgets/shell/paths.h"
#include "widgets/theme.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>

namespace phono {
namespace {

using State = RecorderStatus::State;

constexpr double kLittleSpace = 600; ///< seconds on the disk that are worth a warning

} // namespace

void RecordPanel::refresh()
{
    refreshActions();
    refreshState();
    refreshFile();
}

void RecordPanel::refreshActions()
{
    const bool taking = inTake();
    const bool paused = m_status.state == State::Paused;
    m_record->setText(taking ? tr("Stop") : tr("Record"));
    m_record->setIcon(lineIcon(taking ? QStringLiteral("stop") : QStringLiteral("record")));
    m_record->setEnabled(taking || m_devices->hasInput());
    m_button->setEnabled(m_record->isEnabled());
    m_button->setRecording(taking);
    m_button->setToolTip(taking ? tr("Stop and keep the take (R)") : tr("Begin a take (R)"));
    m_pause->setText(paused ? tr("Continue") : tr("Pause"));
    m_pause->setIcon(lineIcon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
    m_pause->setToolTip(paused ? tr("Go on with the take (P)")
                               : tr("Leave out what comes until you continue (P)"));
    m_pause->setEnabled(taking);
    m_marker->setEnabled(m_status.state == State::Recording);
    m_marker->setToolTip(tr("Mark this moment of the take (Ctrl+M)"));
    m_listen->setEnabled(!taking && m_devices->hasInput());
    m_folder->setEnabled(!taking);
    m_format->setEnabled(!taking);
    m_preRoll->setEnabled(!taking);
    m_devices->setLocked(taking || m_status.takeComing);
}

void RecordPanel::refreshState()
{
    QString state;
    QString details = deviceText(m_status);
    const QString& problem = m_error;
    ThemedLabel::Ink ink = &Theme::text;
    switch (m_status.state) {
    case State::Closed:
        details.clear();
        if (!m_devices->hasInput()) {
            state = tr("No input device");
            details = tr("Connect a microphone and press “Look for devices”.");
        } else if (!m_error.isEmpty()) {
            state = m_wasOpen ? tr("Device lost") : tr("Device not opened");
            ink = &Theme::danger;
        } else {
            state = tr("Not listening");
            details = tr("Switch “Listen” on to see levels.");
        }
        break;
    case State::Opening:
        state = tr("Opening the device…");
        break;
    case State::Listening:
        state = tr("Listening");
        break;
    case State::Recording:
        state = tr("Recording");
        ink = &Theme::danger;
        break;
    case State::Paused:
        state = tr("Paused");
        ink = &Theme::warning;
        details = tr("What comes is left out until you continue (P).");
        break;
    }
    m_state->setText(state);
    m_state->setInk(ink);
    m_stateDetails->setWords(details);
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_again->setVisible(!problem.isEmpty() && m_devices->hasInput()
                        && m_status.state == State::Closed);

    m_time->setText(clockText(inTake() ? m_status.seconds : 0));
    m_time->setInk(m_status.state == State::Recording ? &Theme::text : &Theme::muted);
    m_markers->setWords(inTake() ? markersText(m_status.markers) : QString());
    const QString losses = listensNow() ? lossText(m_status) : QString();
    m_losses->setText(losses);
    m_losses->setVisible(!losses.isEmpty());
}

void RecordPanel::refreshFile()
{
    const QString file = inTake() ? fromPath(m_status.file) : m_nextFile;
    m_file->setWords(file.isEmpty() ? QString() : fileText(file));
    const auto seconds = m_status.freeSeconds ? m_status.freeSeconds : m_freeSeconds;
    m_free->setVisible(seconds.has_value());
    if (!seconds)
        return;
    m_free->setText(freeText(*seconds));
    m_free->setInk(*seconds < kLittleSpace ? &Theme::danger : &Theme::muted);
}

} // namespace phono
