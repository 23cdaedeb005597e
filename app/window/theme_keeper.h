#pragma once

#include "app/settings.h"
#include "app/window/system_theme.h"

#include <QObject>

#include <optional>

namespace phono {

/// Keeps the application in the theme that the settings, or for a start the command line, ask for.
class ThemeKeeper : public QObject {
    Q_OBJECT
public:
    /// `atStart` holds until the setting changes. `settings` outlives the keeper.
    ThemeKeeper(SettingsStore& settings, std::optional<ThemeChoice> atStart,
                QObject* parent = nullptr);

private:
    void apply();

    SettingsStore& m_settings;
    SystemTheme m_system;
    ThemeChoice m_choice;
    ThemeChoice m_setting;
};

} // namespace phono
