#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/record/take_notes.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace phono {

/// A recording in the folder of takes.
struct Take {
    enum class State {
        Finished,
        Recording, ///< somebody is recording it now
        Unfinished, ///< its recorder was killed; everything but its last moment is there
    };
    std::filesystem::path file;
    State state = State::Finished;
    double seconds = 0; ///< as many as the file says it has
    int rate = 0;
    int channels = 0;
    std::int64_t bytes = 0;
    std::filesystem::file_time_type written;
    std::optional<TakeNotes> notes; ///< none for recordings of other programs
};

/// The WAV and FLAC files of a folder, the newest first. Reads their headers; files that cannot be
/// read are left out. An empty list when there is no such folder.
Result<std::vector<Take>> listTakes(const std::filesystem::path& folder,
                                    const Progress& progress = {});

/// What a take that begins now is called: "take 2026-11-25 21-40-03.wav", in local time. Does not
/// look at the folder.
std::filesystem::path takeFileNow(const std::filesystem::path& folder, std::string_view ending);
/// The file, or, if there is one of that name or of its notes' or markers', "… (2)" and so on
/// beside it.
std::filesystem::path freeFile(const std::filesystem::path& file);

/// Says that an unfinished take is to be kept as it is: its notes get what its file holds.
Result<void> keepUnfinishedTake(const Take& take);
/// Gives the take, with its notes and markers, another name in its folder; its ending stays.
/// Returns the new file. Never overwrites.
Result<std::filesystem::path> renameTake(const std::filesystem::path& file,
                                         const std::string& name);

} // namespace phono
