#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/run/run_history.h"

#include <filesystem>

namespace phono {

// Both write every update and every validation, appear complete or not at all, replace nothing
// without `force`, and report under the stage "exporting".

/// A text table (RFC 4180 with \n line ends): update, time (seconds since 1970), then what
/// metrics.jsonl has, under its names; step_bits_1, …; of validations valid_loss_bits, …. A field
/// is empty where the log says nothing; what it never says has no column.
Result<void> exportCsv(const RunHistory& history, const std::filesystem::path& path,
                       bool force = false, const Progress& progress = {});

/// An event file for TensorBoard in `directory`, which is made if need be: scalars train/loss_bits,
/// valid/loss_bits, …, train_steps/01, …, over updates and wall time. Returns its path, which is
/// the same each time for the same run.
Result<std::filesystem::path> exportTensorBoard(const RunHistory& history,
                                                const std::filesystem::path& directory,
                                                bool force = false, const Progress& progress = {});

} // namespace phono
