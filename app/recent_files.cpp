#include "app/recent_files.h"

#include <QSettings>

namespace phono {

RecentFiles::RecentFiles(QSettings& store, const QString& key, QObject* parent)
    : QObject(parent)
    , m_store(store)
    , m_key(key)
    , m_paths(store.value(key).toStringList().mid(0, kMost))
{
}

void RecentFiles::add(const QString& path)
{
    QStringList paths = m_paths;
    paths.removeAll(path);
    paths.prepend(path);
    set(paths.mid(0, kMost));
}

void RecentFiles::remove(const QString& path)
{
    QStringList paths = m_paths;
    paths.removeAll(path);
    set(paths);
}

void RecentFiles::set(const QStringList& paths)
{
    if (paths == m_paths)
        return;
    m_paths = paths;
    m_store.setValue(m_key, m_paths);
    Q_EMIT changed();
}

} // namespace phono
