#pragma once

#include <QString>
#include <QStringList>

namespace phono {

/// The demo that comes with the program.
struct Demo {
    QString recording;
    QString checkpoint; ///< a small model, pretrained on synthetic speech
    QString run = {}; ///< in which it was trained: a run directory
    bool there() const { return !recording.isEmpty(); }
};

/// Beside the program or where it is installed; empty when it is nowhere.
Demo findDemo();

/// How a checkpoint is called in the window: the demo's by what it is, others by their file's name.
QString checkpointTitle(const QString& path, const Demo& demo);

/// Wildcards of the files that may be recordings, checkpoints, labels.
QStringList audioWildcards();
QStringList checkpointWildcards();
QStringList labelWildcards();

enum class FileKind { Recording, Checkpoint, Labels };
/// By the extension alone; what has none of the known ones is taken for a recording.
FileKind kindOf(const QString& path);

} // namespace phono
