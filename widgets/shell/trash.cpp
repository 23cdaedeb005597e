#include "widgets/shell/trash.h"

#include "widgets/shell/paths.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>

namespace phono {

Result<void> moveToTrash(const std::filesystem::path& path)
{
    // Qt would move it into the current folder where there is none for a trash yet.
    QDir().mkpath(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation));
    QFile file(fromPath(path));
    if (file.moveToTrash())
        return {};
    return Error{"could not move " + path.string()
                 + " to the trash: " + file.errorString().toStdString() + ". Delete it by hand."};
}

} // namespace phono
