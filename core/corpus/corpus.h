#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/corpus/path_list.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phono {

/// Which files of a folder belong to a corpus.
struct FolderFilter {
    std::string extension =
        {}; ///< "flac" or ".flac", in any case; empty: those of all audio formats
    std::string pathMustContain = {}; ///< anywhere in the path, the root included
};

/// Whose samples fromFolder counts.
enum class LengthUnit {
    ModelRate, ///< what is left after resampling to kModelRate
    FileRate, ///< the file's own, as in fairseq's manifests
};

/// A list of recordings below a folder and how long somebody says they are. Ten million take a few
/// hundred megabytes.
class Corpus {
public:
    /// A folder, or else a manifest.
    static Result<Corpus> open(const std::filesystem::path& path, const Progress& progress = {});

    /// fairseq's manifest (SPEC 4): the root folder, then `relative/path<TAB>samples`. A relative
    /// root is meant from the current folder. Lines that say something else, leave the root or name
    /// absolute paths are refused and stand in problems(). The recordings are not looked at, and
    /// their lengths are taken as they stand.
    static Result<Corpus> fromManifest(const std::filesystem::path& path,
                                       const Progress& progress = {});

    /// The recordings of a folder and its sub-folders, sorted by path, with the lengths in their
    /// headers, which several threads read. Hidden files and links to folders are passed over; what
    /// cannot be read or is empty is left out and stands in problems().
    static Result<Corpus> fromFolder(const std::filesystem::path& folder,
                                     const FolderFilter& filter = {},
                                     LengthUnit unit = LengthUnit::ModelRate,
                                     const Progress& progress = {});

    explicit Corpus(std::filesystem::path root)
        : m_root(std::move(root))
    {
    }

    /// A path under root() without "..", and its length, which is not negative.
    void append(std::string_view relativePath, std::int64_t samples);
    /// One sentence; of many, the first 20 are kept and the others counted.
    void addProblem(std::string problem);

    const std::filesystem::path& root() const { return m_root; }
    std::size_t size() const { return m_samples.size(); }
    std::string relativePath(std::size_t index) const { return m_paths.at(index); }
    std::filesystem::path path(std::size_t index) const { return m_root / relativePath(index); }
    /// What is declared; see where the corpus comes from.
    std::int64_t samples(std::size_t index) const;
    std::int64_t totalSamples() const { return m_totalSamples; }
    /// What could not be taken, one sentence each.
    std::vector<std::string> problems() const;
    std::size_t problemCount() const { return m_problemCount; }
    /// Memory taken.
    std::size_t bytes() const;

    /// {for training, for validation}: fairseq's split, with Python's random numbers. Equal to
    /// fairseq's if the order of the recordings is; there it is that of the file system, here it is
    /// sorted. `validShare` is a fraction of 1. The problems stay with the first. Fails only when
    /// stopped.
    Result<std::pair<Corpus, Corpus>> split(double validShare, std::uint64_t seed,
                                            const std::stop_token& stop = {}) const;

private:
    std::filesystem::path m_root;
    PathList m_paths;
    std::vector<std::uint32_t> m_samples; ///< kLong: see m_long
    std::map<std::size_t, std::int64_t> m_long;
    std::int64_t m_totalSamples = 0;
    std::vector<std::string> m_problems;
    std::size_t m_problemCount = 0;
};

} // namespace phono
