#include "core/corpus/make_manifests.h"

#include "core/base/atomic_file.h"

#include <system_error>

namespace phono {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = std::size_t(1) << 16;

bool fitsInALine(std::string_view path)
{
    using namespace std::string_view_literals;
    return path.find_first_of("\t\n\r"sv) == std::string_view::npos;
}

Corpus withoutUnwritable(const Corpus& corpus)
{
    Corpus kept(corpus.root());
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        const std::string path = corpus.relativePath(i);
        if (fitsInALine(path))
            kept.append(path, corpus.samples(i));
        else
            kept.addProblem("a manifest cannot hold the name of " + corpus.path(i).string()
                            + ", which has a tab or a line break; rename the file");
    }
    return kept;
}

Result<void> writeLines(const Corpus& corpus, AtomicFile& file)
{
    std::string text = corpus.root().string() + '\n';
    for (std::size_t i = 0; i < corpus.size(); ++i) {
        text += corpus.relativePath(i) + '\t' + std::to_string(corpus.samples(i)) + '\n';
        if (text.size() < kBlockBytes)
            continue;
        if (auto done = file.write(text.data(), text.size()); !done)
            return done;
        text.clear();
    }
    return file.write(text.data(), text.size());
}

Error nothingToList(const ManifestJob& job, const Corpus& found)
{
    std::string message = "no recordings in the folder " + job.folder.string();
    if (found.problemCount() > 0)
        message += " that can be listed; the first problem: " + found.problems().front();
    return Error{message};
}

struct Files {
    AtomicFile train;
    AtomicFile valid;

    Result<void> write(const Corpus& forTraining, const Corpus& forValidation)
    {
        if (auto done = writeLines(forTraining, train); !done)
            return done;
        if (auto done = writeLines(forValidation, valid); !done)
            return done;
        if (auto done = train.commit(); !done)
            return done;
        return valid.commit();
    }
};

Result<Files> createFiles(const ManifestJob& job)
{
    std::error_code failed;
    fs::create_directories(job.out, failed);
    if (failed)
        return Error{"cannot make the folder " + job.out.string() + ": " + failed.message()};
    auto train = AtomicFile::create(job.out / "train.tsv", job.force);
    if (!train)
        return train.error();
    auto valid = AtomicFile::create(job.out / "valid.tsv", job.force);
    if (!valid)
        return valid.error();
    return Files{*std::move(train), *std::move(valid)};
}

} // namespace

Result<MadeManifests> makeManifests(const ManifestJob& job, const Progress& progress)
{
    auto files = createFiles(job);
    if (!files)
        return files.error();
    const auto found = Corpus::fromFolder(job.folder, job.filter, LengthUnit::FileRate, progress);
    if (!found)
        return found.error();
    if (!fitsInALine(found->root().string()))
        return Error{"a manifest cannot hold the name of the folder " + found->root().string()
                     + ", which has a tab or a line break; rename it"};
    const Corpus corpus = withoutUnwritable(*found);
    if (corpus.size() == 0)
        return nothingToList(job, *found);
    const auto parts = corpus.split(job.validShare, job.seed, progress.stop);
    if (!parts)
        return parts.error();
    const auto& [forTraining, forValidation] = *parts;
    if (auto done = files->write(forTraining, forValidation); !done)
        return done.error();

    MadeManifests made = {.train = job.out / "train.tsv",
                          .valid = job.out / "valid.tsv",
                          .trainCount = forTraining.size(),
                          .validCount = forValidation.size(),
                          .leftOut = found->problemCount() + corpus.problemCount(),
                          .problems = found->problems()};
    for (std::string& problem : corpus.problems())
        made.problems.push_back(std::move(problem));
    return made;
}

} // namespace phono
