#include "core/base/sample_source.h"
#include "core/corpus/audio_folder.h"
#include "core/corpus/corpus.h"
#include "core/corpus/header_lengths.h"

#include <cmath>
#include <system_error>

namespace phono {
namespace {

std::int64_t lengthIn(LengthUnit unit, std::int64_t frames, int rate)
{
    if (unit == LengthUnit::FileRate || rate == kModelRate)
        return frames;
    constexpr double kMost = 1e15;
    return static_cast<std::int64_t>(
        std::min(std::ceil(static_cast<double>(frames) * kModelRate / rate), kMost));
}

} // namespace

Result<Corpus> Corpus::fromFolder(const std::filesystem::path& folder, const FolderFilter& filter,
                                  LengthUnit unit, const Progress& progress)
{
    std::error_code failed;
    const auto root = std::filesystem::canonical(folder, failed);
    if (failed || !std::filesystem::is_directory(root, failed))
        return Error{"cannot read the folder " + folder.string() + ": "
                     + (failed ? failed.message() : "it is not a folder")};
    auto found = findAudioFiles(root, filter, progress);
    if (!found)
        return found.error();
    const auto lengths = readHeaderLengths(root, found->files, progress);
    if (!lengths)
        return lengths.error();

    Corpus corpus(root);
    for (std::string& problem : found->problems)
        corpus.addProblem(std::move(problem));
    for (std::size_t i = 0; i < found->files.size(); ++i) {
        if (const auto failure = lengths->failures.find(i); failure != lengths->failures.end())
            corpus.addProblem(failure->second);
        else
            corpus.append(found->files.at(i),
                          lengthIn(unit, lengths->frames[i], lengths->rates[i]));
    }
    return corpus;
}

} // namespace phono
