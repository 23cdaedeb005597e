#pragma once

#include "app/settings.h"
#include "widgets/shell/latest_task.h"

#include <QDialog>

#include <string>
#include <vector>

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace phono {

/// Asks for the settings. Deletes itself when closed.
class SettingsDialog : public QDialog {
    Q_OBJECT
public:
    /// Asks `engines` for the devices in `inferenceLane`.
    SettingsDialog(const Settings& settings, EngineSource& engines, QThreadPool& inferenceLane,
                   QWidget* parent = nullptr);

    Settings settings() const;

Q_SIGNALS:
    void settingsChosen(const phono::Settings& settings);

private:
    QWidget* makeComputing();
    QWidget* makeLooking();
    void chooseCheckpoint();

    Settings m_settings;
    LatestTask<Result<std::vector<std::string>>> m_devices;
    QComboBox* m_device;
    QComboBox* m_precision;
    QSpinBox* m_threads;
    QSpinBox* m_memory;
    QLineEdit* m_checkpoint;
    QLineEdit* m_runs = nullptr;
    QComboBox* m_theme;
    QComboBox* m_scale;
    QSpinBox* m_window;
    QSpinBox* m_hop;
    QSpinBox* m_melBands;
};

} // namespace phono
