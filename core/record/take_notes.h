#pragma once

#include "core/base/result.h"
#include "core/record/take_report.h"

#include <filesystem>
#include <optional>

namespace phono {

/// What lies beside a take, file.wav: what is known of it in file.wav.json, and its markers, which
/// open as labels, in file.txt (Audacity's format). Beside a recording without notes, file.txt is
/// somebody else's.
struct TakeNotes {
    TakeReport report;
    bool finished = false; ///< false while it is recorded, and for ever if the recorder was killed
};

std::filesystem::path notesFileOf(const std::filesystem::path& take);
std::filesystem::path markersFileOf(const std::filesystem::path& take);

/// Those of the two files that are there and the take's own.
std::vector<std::filesystem::path> filesBeside(const std::filesystem::path& take);

/// Replaces the notes at once or not at all.
Result<void> writeTakeNotes(const std::filesystem::path& take, const TakeNotes& notes);
/// None when there is no such file. Whatever the file holds is checked: it may be anybody's.
Result<std::optional<TakeNotes>> readTakeNotes(const std::filesystem::path& take);

/// Replaces the file of markers; with none, nothing is written.
Result<void> writeMarkers(const std::filesystem::path& take,
                          const std::vector<TakeMarker>& markers);

} // namespace phono
