#pragma once

#include "app/engine/feature_engine.h"
#include "core/audio/sound_system.h"
#include "core/audio/spectrogram.h"

#include <QObject>
#include <QString>

class QSettings;

namespace phono {

enum class ThemeChoice { System, Light, Dark };
QString toString(ThemeChoice choice);
/// System for words that are none of the three.
ThemeChoice parseThemeChoice(const QString& word);

/// What the user has set once and for all.
struct Settings {
    ThemeChoice theme = ThemeChoice::System;
    EngineOptions engine;
    SpectrogramOptions spectrogram;
    QString defaultCheckpoint; ///< empty: the last one used
    DeviceChoice output; ///< where sound is played
    QString runsFolder; ///< where pretraining runs are kept
    bool operator==(const Settings&) const = default;
};

/// The settings in force, kept in a QSettings store. Values in the store that make no sense are
/// replaced by defaults.
class SettingsStore : public QObject {
    Q_OBJECT
public:
    explicit SettingsStore(QSettings& store, QObject* parent = nullptr);

    const Settings& settings() const { return m_settings; }
    /// Stores and announces what is new.
    void set(const Settings& settings);

Q_SIGNALS:
    void changed();

private:
    QSettings& m_store;
    Settings m_settings;
};

} // namespace phono
