#pragma once

#include <QDBusVariant>
#include <QObject>

namespace phono {

/// Whether the desktop prefers dark windows, as the freedesktop settings portal says it, now and
/// whenever it changes. Without a portal: as the palette of the platform says.
class SystemTheme : public QObject {
    Q_OBJECT
public:
    /// Before the application's own palette is set. Asks the portal without waiting for it.
    explicit SystemTheme(QObject* parent = nullptr);
    bool dark() const { return m_dark; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void settingChanged(const QString& space, const QString& key, const QDBusVariant& value);

private:
    void ask();
    void setPreference(const QVariant& value);

    bool m_paletteDark;
    bool m_dark;
};

} // namespace phono
