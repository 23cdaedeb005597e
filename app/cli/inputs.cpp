#include "app/cli/inputs.h"

#include "app/cli/manifest.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace phono::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 18> kAudioExtensions = {
    ".wav",  ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif",  ".aiff",
    ".aifc", ".au",   ".snd",  ".caf", ".w64", ".rf64", ".sph", ".nist", ".voc"};

std::string lowerCase(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool isAudioName(const fs::path& name)
{
    const std::string extension = lowerCase(name.extension().string());
    return !name.string().starts_with('.')
        && std::ranges::find(kAudioExtensions, extension) != kAudioExtensions.end();
}

Input inputAt(const fs::path& audio, const fs::path& folder)
{
    return {audio, folder, audio.stem().string(), std::nullopt};
}

void addFolder(const fs::path& root, InputList& list)
{
    std::vector<fs::path> found;
    std::vector<fs::path> waiting = {root};
    while (!waiting.empty()) {
        const fs::path folder = std::move(waiting.back());
        waiting.pop_back();
        std::error_code failed;
        for (auto entry = fs::directory_iterator(folder, failed); entry != fs::directory_iterator();
             entry.increment(failed)) {
            const fs::path name = entry->path().filename();
            std::error_code ignored;
            if (fs::is_directory(entry->symlink_status(ignored))) {
                if (!name.string().starts_with('.'))
                    waiting.push_back(entry->path());
            } else if (isAudioName(name) && entry->is_regular_file(ignored)) {
                found.push_back(entry->path());
            }
        }
        if (failed)
            list.problems.push_back("cannot read the folder " + folder.string() + ": "
                                    + failed.message());
    }
    if (found.empty())
        list.problems.push_back("no audio files in the folder " + root.string());
    std::ranges::sort(found);
    for (const fs::path& audio : found)
        list.inputs.push_back(inputAt(audio, audio.parent_path().lexically_relative(root)));
}

void addManifest(const fs::path& path, InputList& list)
{
    auto manifest = readManifest(path);
    if (!manifest) {
        list.problems.push_back(manifest.error().message);
        return;
    }
    std::error_code ignored;
    if (!fs::is_directory(manifest->root, ignored)) {
        list.problems.push_back("the root folder of " + path.string()
                                + " is not there: " + manifest->root.string());
        return;
    }
    for (const ManifestEntry& entry : manifest->entries) {
        list.inputs.push_back(
            inputAt(manifest->root / entry.relativePath, entry.relativePath.parent_path()));
        list.inputs.back().declaredSamples = entry.samples;
    }
    list.problems.insert(list.problems.end(), manifest->problems.begin(), manifest->problems.end());
    if (manifest->entries.empty())
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
    else if (lowerCase(path.extension().string()) == ".tsv")
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
