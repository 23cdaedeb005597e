#pragma once

#include <QObject>
#include <QStringList>

class QSettings;

namespace phono {

/// The files used last, newest first, kept in a QSettings store.
class RecentFiles : public QObject {
    Q_OBJECT
public:
    static constexpr int kMost = 20;

    RecentFiles(QSettings& store, const QString& key, QObject* parent = nullptr);

    const QStringList& paths() const { return m_paths; }
    void add(const QString& path);
    void remove(const QString& path);

Q_SIGNALS:
    void changed();

private:
    void set(const QStringList& paths);

    QSettings& m_store;
    QString m_key;
    QStringList m_paths;
};

} // namespace phono
