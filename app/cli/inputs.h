#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace phono::cli {

/// A recording to process, and where under the output folder its files belong.
struct Input {
    std::filesystem::path audio;
    std::filesystem::path folder; ///< under the output folder; empty for the output folder itself
    std::string stem;
    /// What a manifest says of its length, in samples at the file's own rate.
    std::optional<std::int64_t> declaredSamples;
};

/// What the arguments of a batch come to.
struct InputList {
    std::vector<Input> inputs;
    /// What could not be taken, one sentence each: unreadable folders, lines of manifests, …
    std::vector<std::string> problems;
};

/// Expands recordings, folders and manifests in the order given.
///
/// A folder stands for the audio files in it and its sub-folders, by extension, sorted by path;
/// hidden files and links to folders are passed over. A manifest is fairseq's: the root folder in
/// the first line, then `relative/path<TAB>samples`; lines that leave the root are refused. Files
/// of folders and manifests keep their sub-folders. No two inputs have the same folder and stem:
/// where they would, folders that tell them apart are added, or else the extension; a recording
/// that was named twice is taken once.
InputList collectInputs(std::span<const std::string> arguments);

} // namespace phono::cli
