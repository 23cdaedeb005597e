#pragma once

#include "widgets/pretrain/run_record.h"

#include <QString>
#include <QStringList>

namespace phono {

// What is said of a run in words.

/// The names of what runFacts() says, in the same order.
QStringList runFactNames();
/// Empty where nothing is known.
QStringList runFacts(const RunRecord& run);
/// The checkpoints that are there, best and last first, as links to their file names.
QString checkpointLinks(const RunRecord& run);
/// The recordings of a batch that failed, what was skipped, what cannot be read; often nothing.
QString runMessages(const RunRecord& run);

} // namespace phono
