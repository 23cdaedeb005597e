#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/run/run_history.h"

#include <optional>

namespace phono {

/// What there is of one update: a row of the table, a validation, or both.
struct MergedRow {
    std::int64_t update = 0;
    double time = 0;
    std::optional<std::size_t> row; ///< in RunHistory::updates
    const ValidEvent* valid = nullptr;
};

/// Calls write(MergedRow) -> Result<void> for all updates, rising.
template <typename Write>
Result<void> forEachUpdate(const RunHistory& history, const Progress& progress, Write write)
{
    constexpr std::size_t kRowsBetweenReports = 4096;
    const auto updates = history.updates.updates();
    std::size_t row = 0;
    auto valid = history.valid.begin();
    while (row < updates.size() || valid != history.valid.end()) {
        if (row % kRowsBetweenReports == 0 && !updates.empty()) {
            if (progress.cancelled())
                return Error::cancelled();
            progress("exporting", static_cast<double>(row) / static_cast<double>(updates.size()));
        }
        const bool takesValid = valid != history.valid.end()
            && (row == updates.size() || static_cast<double>(valid->update) <= updates[row]);
        const bool takesRow = row < updates.size()
            && (!takesValid || static_cast<double>(valid->update) == updates[row]);
        MergedRow merged;
        if (takesValid) {
            merged.update = valid->update;
            merged.time = valid->time;
            merged.valid = &*valid++;
        }
        if (takesRow) {
            merged.update = static_cast<std::int64_t>(updates[row]);
            merged.time = history.updates.times()[row];
            merged.row = row++;
        }
        if (auto done = write(merged); !done)
            return done;
    }
    progress("exporting", 1);
    return {};
}

} // namespace phono
