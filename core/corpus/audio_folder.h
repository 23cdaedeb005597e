#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/corpus.h"
#include "core/corpus/path_list.h"

#include <filesystem>
#include <string>
#include <vector>

namespace phono {

/// The audio files of a folder.
struct AudioFolder {
    PathList files; ///< relative to the folder, sorted name by name
    std::vector<std::string> problems; ///< folders that could not be read, one sentence each
};

/// Searches a folder and its sub-folders by the names of the files, opening none. Hidden files and
/// folders and links to folders are passed over. Fails only when cancelled.
Result<AudioFolder> findAudioFiles(const std::filesystem::path& root,
                                   const FolderFilter& filter = {}, const Progress& progress = {});

} // namespace phono
