#pragma once

#include "core/base/result.h"
#include "core/run/run_directory.h"

#include <string>
#include <vector>

namespace phono {

/// What people call a run and write about it. The trainer never touches it.
struct RunNotes {
    std::string name; ///< empty: the folder's
    std::string notes; ///< may have several lines
    std::vector<std::string> tags;
    bool operator==(const RunNotes&) const = default;
};

/// Empty ones if nobody wrote any.
Result<RunNotes> readNotes(const RunDirectory& run);
Result<void> writeNotes(const RunDirectory& run, const RunNotes& notes);
/// The name in the notes or, if it has none or they cannot be read, the folder's.
std::string nameOf(const RunDirectory& run);

} // namespace phono
