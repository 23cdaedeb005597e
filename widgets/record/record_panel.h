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
class QPushButton;
class QSplitter;
class QToolButton;

namespace phono {

class LevelMeterView;
class LiveView;
class RecordButton;
class TakeReportView;
class TakesView;

/// Recording: devices, levels, the take that goes on, live features, and the takes there are.
/// Shows what it is told and asks for everything by signals; those of devices(), live() and
/// takes() are their own.
class RecordPanel : public Panel {
    Q_OBJECT
public:
    explicit RecordPanel(QWidget* parent = nullptr);
    ~RecordPanel() override;

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

    /// Record or stop, pause, marker, listen: for menus.
    QList<QAction*> recordActions() const;

    QByteArray saveState() const;
    void restoreState(const QByteArray& state);

Q_SIGNALS:
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
    void changeEvent(QEvent* event) override;

private:
    QAction* action(const char* icon, const QString& text, const QKeySequence& key);
    void makeActions();
    QWidget* makeTransport();
    QWidget* makeLevels();
    QWidget* makeFileLine();
    void recordOrStop();
    void pauseOrContinue();
    void addMarker();
    void refresh();
    void refreshActions();
    void refreshState();
    void refreshMarkers();
    void refreshFile();
    void refreshLosses();
    void refreshColours();
    bool inTake() const;

    RecorderStatus m_status;
    QString m_error;
    QString m_nextFile;
    std::optional<double> m_freeSeconds;

    DeviceBar* m_devices;
    LevelMeterView* m_meter;
    LiveView* m_live;
    TakesView* m_takes;
    TakeReportView* m_report;
    QSplitter* m_splitter;

    RecordButton* m_button = nullptr;
    QLabel* m_time = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_device = nullptr;
    QLabel* m_markers = nullptr;
    QLabel* m_file = nullptr;
    QLabel* m_free = nullptr;
    QLabel* m_losses = nullptr;
    QCheckBox* m_preRoll = nullptr;
    QCheckBox* m_listen = nullptr;
    QComboBox* m_format = nullptr;
    QPushButton* m_again = nullptr;
    QAction *m_record = nullptr, *m_pause = nullptr, *m_marker = nullptr;
};

} // namespace phono
