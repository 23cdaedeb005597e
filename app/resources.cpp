#include "app/resources.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QObject>

namespace phono {
namespace {

bool matches(const QStringList& wildcards, const QString& path)
{
    return QDir::match(wildcards, QFileInfo(path).fileName());
}

} // namespace

Demo findDemo()
{
    const QDir program(QCoreApplication::applicationDirPath());
    for (const char* folder : {"share/phonoscope/demo", PHONO_DATA_FOLDER "/demo"}) {
        const QDir demo(program.filePath(QLatin1String(folder)));
        if (demo.exists(QStringLiteral("demo.wav"))) {
            const auto path = [&](const char* name) {
                return QDir::cleanPath(demo.absoluteFilePath(QLatin1String(name)));
            };
            return {path("demo.wav"), path("run/checkpoints/last.pt"), path("run")};
        }
    }
    return {};
}

QString checkpointTitle(const QString& path, const Demo& demo)
{
    return path == demo.checkpoint ? QObject::tr("demo model") : QFileInfo(path).fileName();
}

QStringList audioWildcards()
{
    QStringList wildcards;
    for (const char* extension : {"wav", "flac", "ogg", "oga", "opus", "mp3", "aiff", "aif", "aifc",
                                  "au", "snd", "w64", "rf64", "caf", "sph", "nist", "voc"})
        wildcards << QStringLiteral("*.") + QLatin1String(extension);
    return wildcards;
}

QStringList checkpointWildcards()
{
    return {QStringLiteral("*.pt"), QStringLiteral("*.pth"), QStringLiteral("*.safetensors")};
}

QStringList labelWildcards()
{
    return {QStringLiteral("*.phn"), QStringLiteral("*.wrd"), QStringLiteral("*.TextGrid"),
            QStringLiteral("*.ctm"), QStringLiteral("*.lab"), QStringLiteral("*.mlf"),
            QStringLiteral("*.txt")};
}

FileKind kindOf(const QString& path)
{
    if (matches(checkpointWildcards(), path))
        return FileKind::Checkpoint;
    return matches(labelWildcards(), path) ? FileKind::Labels : FileKind::Recording;
}

} // namespace phono
