#pragma once

#include <QByteArray>
#include <QProcess>
#include <QStringList>

namespace phono::test {

/// What a finished program left.
struct Finished {
    int status = -1; ///< -1: it crashed or did not end
    QByteArray out;
    QByteArray err;
};

inline Finished finish(QProcess& process)
{
    Finished finished;
    if (process.waitForFinished(240000) && process.exitStatus() == QProcess::NormalExit)
        finished.status = process.exitCode();
    finished.out = process.readAllStandardOutput();
    finished.err = process.readAllStandardError();
    return finished;
}

inline Finished run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    return finish(process);
}

} // namespace phono::test
