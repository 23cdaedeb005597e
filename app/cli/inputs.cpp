#include "app/cli/inputs.h"

#include "core/base/ascii.h"
#include "core/corpus/audio_folder.h"
#include "core/corpus/corpus.h"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace phono::cli {
namespace {

namespace fs = std::filesystem;

Input inputAt(const fs::path& audio, const fs::path& folder)
{
    return {audio, folder, audio.stem().string(), std::nullopt};
}

void addFolder(const fs::path& root, InputList& list)
{
    const auto found = findAudioFiles(root);
    if (!found) {
        list.problems.push_back(found.error().message);
        return;
    }
    list.problems.insert(list.problems.end(), found->problems.begin(), found->problems.end());
    if (found->files.size() == 0)
        list.problems.push_back("no audio files in the folder " + root.string());
    for (std::size_t i = 0; i < found->files.size(); ++i) {
        const fs::path file = found->files.at(i);
        list.inputs.push_back(inputAt(root / file, file.parent_path()));
    }
}

void addManifest(const fs::path& path, InputList& list)
{
    const auto manifest = Corpus::fromManifest(path);
    if (!manifest) {
        list.problems.push_back(manifest.error().message);
        return;
    }
    for (std::size_t i = 0; i < manifest->size(); ++i) {
        const fs::path file = manifest->relativePath(i);
        list.inputs.push_back(inputAt(manifest->root() / file, file.parent_path()));
        list.inputs.back().declaredSamples = manifest->samples(i);
    }
    for (std::string& problem : manifest->problems())
        list.problems.push_back(std::move(problem));
    if (manifest->size() == 0)
        list.problems.push_back("no recordings in the manifest " + path.string());
}

void addArgument(const std::string& argument, InputList& list)
{
    const fs::path path = argument;
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    if (argument == "-")
        list.problems.emplace_back("cannot read a recording from standard input; give a file");
    else if (fs::is_directory(status))
        addFolder(path, list);
    else if (fs::exists(status) && !fs::is_regular_file(status))
        list.problems.push_back(path.string() + " is not a file");
    else if (asciiLower(path.extension().string()) == ".tsv")
        addManifest(path, list);
    else
        list.inputs.push_back(inputAt(path, {}));
}

void dropRepetitions(std::vector<Input>& inputs)
{
    // By name: links that give one recording several names ask for several results.
    std::set<fs::path> seen;
    std::erase_if(inputs, [&](const Input& input) {
        return !seen.insert(fs::absolute(input.audio).lexically_normal()).second;
    });
}

/// The inputs that would be written to the same files, by their common name.
std::map<fs::path, std::vector<Input*>> collisions(std::vector<Input>& inputs)
{
    std::map<fs::path, std::vector<Input*>> groups;
    for (Input& input : inputs)
        groups[(input.folder / input.stem).lexically_normal()].push_back(&input);
    std::erase_if(groups, [](const auto& group) { return group.second.size() < 2; });
    return groups;
}

fs::path absoluteFolder(const Input& input)
{
    return fs::absolute(input.audio).lexically_normal().parent_path();
}

fs::path commonAncestor(const std::vector<Input*>& group)
{
    fs::path common = absoluteFolder(*group.front());
    for (const Input* input : group) {
        const fs::path folder = absoluteFolder(*input);
        const auto differ = std::ranges::mismatch(common, folder).in1;
        fs::path shared;
        for (auto part = common.begin(); part != differ; ++part)
            shared /= *part;
        common = shared;
    }
    return common;
}

void separateByFolder(std::vector<Input>& inputs)
{
    for (auto& [name, group] : collisions(inputs)) {
        const fs::path common = commonAncestor(group);
        for (Input* input : group)
            input->folder /= absoluteFolder(*input).lexically_relative(common);
    }
}

void separateByExtension(std::vector<Input>& inputs)
{
    for (auto& [name, group] : collisions(inputs)) {
        for (Input* input : group)
            input->stem = input->audio.filename().string();
    }
}

void refuseCollisions(InputList& list)
{
    std::set<const Input*> refused;
    for (const auto& [name, group] : collisions(list.inputs)) {
        for (std::size_t i = 1; i < group.size(); ++i) {
            refused.insert(group[i]);
            list.problems.push_back(group[i]->audio.string() + " and "
                                    + group.front()->audio.string()
                                    + " would be written to the same files; give the first its own "
                                      "--out folder");
        }
    }
    std::vector<Input> kept;
    for (Input& input : list.inputs) {
        if (!refused.contains(&input))
            kept.push_back(std::move(input));
    }
    list.inputs = std::move(kept);
}

} // namespace

InputList collectInputs(std::span<const std::string> arguments)
{
    InputList list;
    for (const std::string& argument : arguments)
        addArgument(argument, list);
    dropRepetitions(list.inputs);
    separateByFolder(list.inputs);
    separateByExtension(list.inputs);
    refuseCollisions(list);
    for (Input& input : list.inputs) {
        input.folder = input.folder.lexically_normal();
        if (input.folder == ".")
            input.folder.clear();
    }
    return list;
}

} // namespace phono::cli
