#include "app/window/system_theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QPalette>

namespace phono {
namespace {

// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
const QString kService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString kSpace = QStringLiteral("org.freedesktop.appearance");
const QString kKey = QStringLiteral("color-scheme");

} // namespace

SystemTheme::SystemTheme(QObject* parent)
    : QObject(parent)
    , m_paletteDark(QApplication::palette().color(QPalette::Window).lightness() < 128)
    , m_dark(m_paletteDark)
{
    ask();
}

void SystemTheme::ask()
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    QDBusMessage call =
        QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    call << kSpace << kKey;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (!reply.isError())
            setPreference(reply.value().variant());
        watcher->deleteLater();
    });
}

void SystemTheme::settingChanged(const QString& space, const QString& key,
                                 const QDBusVariant& value)
{
    if (space == kSpace && key == kKey)
        setPreference(value.variant());
}

void SystemTheme::setPreference(const QVariant& value)
{
    // Read() wraps the value once more than the signal does.
    const QVariant inner =
        value.canConvert<QDBusVariant>() ? value.value<QDBusVariant>().variant() : value;
    constexpr uint kPrefersDark = 1;
    constexpr uint kPrefersLight = 2;
    const uint preference = inner.toUInt();
    const bool dark = preference == kPrefersDark || (preference != kPrefersLight && m_paletteDark);
    if (dark == m_dark)
        return;
    m_dark = dark;
    Q_EMIT changed();
}

} // namespace phono
