#include "app/pretrain/run_launcher.h"

#include "core/run/config_text.h"
#include "core/run/run_directory.h"
#include "core/run/text_file.h"
#include "widgets/shell/paths.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

namespace phono {

Result<void> RunLauncher::start(const TrainingConfig& config,
                                const std::filesystem::path& run) const
{
    const auto directory = RunDirectory::create(run);
    if (!directory)
        return directory.error();
    if (const auto written = replaceTextFile(directory->config(), toToml(config)); !written)
        return written.error();
    return launch({QStringLiteral("train"), QStringLiteral("--config"),
                   fromPath(directory->config()), QStringLiteral("--run"), fromPath(run)},
                  run);
}

Result<void> RunLauncher::resume(const std::filesystem::path& run) const
{
    return launch({QStringLiteral("train"), QStringLiteral("--resume"), fromPath(run)}, run);
}

Result<void> RunLauncher::launch(const QStringList& arguments,
                                 const std::filesystem::path& run) const
{
    QProcess trainer;
    trainer.setProgram(m_program);
    trainer.setArguments(arguments);
    const QString log = fromPath(run / "log.txt");
    trainer.setStandardOutputFile(log, QIODevice::Append);
    trainer.setStandardErrorFile(log, QIODevice::Append);
    trainer.setStandardInputFile(QProcess::nullDevice());
    trainer.setWorkingDirectory(fromPath(run));
    // Detached processes lead a session of their own: neither the window's end nor its terminal's
    // ends them.
    if (trainer.startDetached())
        return {};
    return Error{"could not start " + m_program.toStdString() + ": "
                 + trainer.errorString().toStdString()
                 + ". Is phonoscope-cli installed beside phonoscope?"};
}

QString findTrainer()
{
    const QDir here(QCoreApplication::applicationDirPath());
    for (const char* place : {"phonoscope-cli", "cli/phonoscope-cli"}) {
        const QString path = here.filePath(QLatin1String(place));
        if (QFileInfo(path).isExecutable() && QFileInfo(path).isFile())
            return path;
    }
    const QString found = QStandardPaths::findExecutable(QStringLiteral("phonoscope-cli"));
    return found.isEmpty() ? QStringLiteral("phonoscope-cli") : found;
}

} // namespace phono
