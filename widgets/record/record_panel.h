#pragma once

#include "core/record/recorder.h"
#include "core/record/take_file.h"
#include "core/record/takes.h"
#include "widgets/panel.h"
#include "widgets/record/device_bar.h"

#include <QStringList>

#include <optional>
#include <vector>

class QAction;
class QCheckBox;
class QComboBox;
class QLabel;
class QLayout;
class QPushButton;
class QSplitter;

namespace phono {

class ElidedLabel;
class LevelMeterView;
class LiveView;
class RecordButton;
class TakeReportView;
class TakesView;
class ThemedLabel;

/// Recording: devices, levels, the take that goes on, live features, and the takes there are.
/// Shows what it is told and asks for everything by signals; those of devices(), live() and
/// takes() are their own.
class RecordPanel : public Panel {
    Q_OBJECT
public:
    explicit RecordPanel(QWidget* parent = nullptr);

    DeviceBar& devices() const { return *m_devices; }
    LevelMeterView& meter() const { return *m_meter; }
    LiveView& live() const { return *m_live; }
    TakesView& takes() const { return *m_takes; }

    void setDevices(std::vector<SoundDevice> devices);
    void setStatus(const RecorderStatus& status);
    /// Why nothing is listened to: shown until something is, or "" comes. A sentence.
    void setDeviceError(const QString& text);
    void setTakes(std::vector<Take> takes);
    /// What is to be known of a take that has ended. Stays until it is closed or the next begins.
    void showReport(const TakeReport& report, const QStringList& advice);

    /// The switch shows what is wished; the status what is.
    void setListening(bool on);
    bool listening() const;
    void setFormat(TakeFormat format);
    TakeFormat format() const;
    void setPreRoll(bool on);
    bool preRoll() const;
    /// Where the next take will be.
    void setNextFile(const QString& file);
    /// Used while the status does not say how long the disk lasts.
    void setFreeSeconds(std::optional<double> seconds);

    /// Record or stop, pause, marker, listen, folder: for menus.
    QList<QAction*> recordActions() const;

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
    /// May come while nothing is open.
    void recordRequested();
    void stopRequested();
    void pauseRequested(bool paused);
    void markerRequested(const QString& name);
    void listenRequested(bool on);
    void clipResetRequested();
    void folderRequested(); ///< another folder for takes
    void formatChanged();
    void preRollChanged(bool on);
    /// The report's take is to be opened in the first workspace.
    void reportOpened(const QString& file);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeActions();
    QLayout* makeTransport();
    QLayout* makeSwitches();
    QLayout* makeProblem();
    QLayout* makeFileLine();
    QWidget* makeTakes();
    void recordOrStop();
    void refresh();
    void refreshActions();
    void refreshState();
    void refreshFile();
    bool inTake() const;
    bool listensNow() const;

    RecorderStatus m_status;
    QString m_error;
    bool m_wasOpen = false; ///< before the error
    QString m_nextFile;
    std::optional<double> m_freeSeconds;

    DeviceBar* m_devices;
    LevelMeterView* m_meter;
    LiveView* m_live;
    TakesView* m_takes;
    TakeReportView* m_report;
    QSplitter* m_splitter;

    RecordButton* m_button;
    ThemedLabel* m_time;
    ThemedLabel* m_state;
    ElidedLabel* m_stateDetails;
    QLabel* m_problem;
    QPushButton* m_again;
    ElidedLabel* m_markers;
    ElidedLabel* m_file;
    ThemedLabel* m_free;
    ThemedLabel* m_losses;
    QCheckBox* m_preRoll;
    QComboBox* m_format;
    QAction *m_record = nullptr, *m_pause = nullptr, *m_marker = nullptr, *m_listen = nullptr;
    QAction* m_folder = nullptr;
};

} // namespace phono
