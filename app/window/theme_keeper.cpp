#include "app/window/theme_keeper.h"

#include "widgets/theme.h"

#include <QApplication>

namespace phono {

ThemeKeeper::ThemeKeeper(SettingsStore& settings, std::optional<ThemeChoice> atStart,
                         QObject* parent)
    : QObject(parent)
    , m_settings(settings)
    , m_choice(atStart.value_or(settings.settings().theme))
    , m_setting(settings.settings().theme)
{
    apply();
    connect(&m_system, &SystemTheme::changed, this, &ThemeKeeper::apply);
    connect(&m_settings, &SettingsStore::changed, this, [this] {
        const ThemeChoice now = m_settings.settings().theme;
        if (now == m_setting)
            return;
        m_setting = m_choice = now;
        apply();
    });
}

void ThemeKeeper::apply()
{
    const bool dark =
        m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && m_system.dark());
    applyTheme(*qApp, dark ? Theme::darkTheme() : Theme::light());
}

} // namespace phono
