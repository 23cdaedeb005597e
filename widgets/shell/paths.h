#pragma once

#include <QFile>
#include <QString>

#include <filesystem>

namespace phono {

/// File names keep their bytes, whatever encoding they are in.
inline std::filesystem::path toPath(const QString& path)
{
    return QFile::encodeName(path).toStdString();
}

inline QString fromPath(const std::filesystem::path& path)
{
    return QFile::decodeName(path.c_str());
}

} // namespace phono
