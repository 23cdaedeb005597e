#pragma once

#include "core/audio/input_stream.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QToolButton;

namespace phono {

class ThemedLabel;

/// Which devices a recording uses, and how.
struct SoundChoice {
    InputRequest input;
    DeviceChoice output; ///< where the monitor plays
    bool operator==(const SoundChoice&) const = default;
};

/// Chooses devices, channels, rate and buffer. Signals come from the user alone, never from
/// setters; but a choice() may differ from what was set when devices or rates are not there.
class DeviceBar : public QWidget {
    Q_OBJECT
public:
    explicit DeviceBar(QWidget* parent = nullptr);

    /// Keeps the wanted choice and finds it again when its device comes back.
    void setDevices(std::vector<SoundDevice> devices);
    const std::vector<SoundDevice>& devices() const { return m_devices; }
    bool hasInput() const;
    /// That the chosen input can record at, in Hz; none: not known yet.
    void setRates(std::vector<int> rates);

    void setChoice(const SoundChoice& choice);
    /// Of the wanted choice, the output alone.
    void setOutput(const DeviceChoice& output);
    /// What there is of what is wanted.
    SoundChoice choice() const;
    /// What the user chose, whether it is there or not.
    const SoundChoice& wanted() const { return m_wanted; }
    /// What of the wanted choice could not be had, in words; "" if nothing.
    QString note() const;

    void setMonitoring(bool on);
    /// While a take is recorded, nothing of the input can be changed.
    void setLocked(bool locked);
    /// While devices are looked for.
    void setSearching(bool searching);

Q_SIGNALS:
    /// The input.
    void changed();
    void outputChanged();
    void rescanRequested();
    void monitorChanged(bool on);

private:
    void build();
    void fillHosts();
    void fillInputs();
    void fillChannels();
    void fillRates();
    void fillOutputs();
    void refill();
    void refresh();
    QString noteText() const;
    void chosen();
    const SoundDevice* input() const;
    int indexOf(const QComboBox& combo, const DeviceChoice& choice) const;

    std::vector<SoundDevice> m_devices;
    std::vector<int> m_rates;
    SoundChoice m_wanted;
    bool m_locked = false;
    bool m_searching = false;

    QComboBox* m_host;
    QComboBox* m_input;
    QComboBox* m_channels;
    QComboBox* m_rate;
    QComboBox* m_buffer;
    QComboBox* m_output;
    QToolButton* m_rescan;
    QCheckBox* m_monitor;
    ThemedLabel* m_warning;
    ThemedLabel* m_noteLabel;
};

} // namespace phono
