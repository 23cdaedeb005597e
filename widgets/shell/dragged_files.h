#pragma once

#include <QMimeData>
#include <QStringList>
#include <QUrl>

namespace phono {

// What item models give out when files are dragged from them.

inline QStringList draggedFileTypes()
{
    return {QStringLiteral("text/uri-list")};
}

/// The caller owns it.
inline QMimeData* draggedFiles(const QStringList& files)
{
    QList<QUrl> urls;
    for (const QString& file : files)
        urls << QUrl::fromLocalFile(file);
    auto* mime = new QMimeData;
    mime->setUrls(urls);
    return mime;
}

} // namespace phono
