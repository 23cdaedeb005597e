#include "core/corpus/audio_folder.h"

#include "core/base/ascii.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace phono {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 18> kAudioExtensions = {
    ".wav",  ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif",  ".aiff",
    ".aifc", ".au",   ".snd",  ".caf", ".w64", ".rf64", ".sph", ".nist", ".voc"};

class Search {
public:
    Search(fs::path root, const FolderFilter& filter, const Progress& progress)
        : m_root(std::move(root))
        , m_filter(filter)
        , m_extension((filter.extension.starts_with('.') ? "" : ".") + asciiLower(filter.extension))
        , m_progress(progress)
    {
    }

    Result<AudioFolder> run()
    {
        visit({});
        if (m_progress.cancelled())
            return Error::cancelled();
        return std::move(m_found);
    }

private:
    struct Name {
        std::string text;
        bool isFolder;
    };

    void visit(const std::string& folder);
    std::vector<Name> namesIn(const std::string& folder);
    bool wanted(const std::string& folder, const fs::path& name) const;

    fs::path m_root;
    const FolderFilter& m_filter;
    std::string m_extension;
    const Progress& m_progress;
    AudioFolder m_found;
};

bool Search::wanted(const std::string& folder, const fs::path& name) const
{
    const std::string extension = asciiLower(name.extension().string());
    const bool known = m_filter.extension.empty()
        ? std::ranges::find(kAudioExtensions, extension) != kAudioExtensions.end()
        : extension == m_extension;
    if (!known || m_filter.pathMustContain.empty())
        return known;
    const std::string path = (m_root / (folder + name.string())).string();
    return path.find(m_filter.pathMustContain) != std::string::npos;
}

std::vector<Search::Name> Search::namesIn(const std::string& folder)
{
    std::vector<Name> names;
    std::error_code failed;
    const fs::path path = m_root / folder;
    for (auto entry = fs::directory_iterator(path, failed);
         entry != fs::directory_iterator() && !m_progress.cancelled(); entry.increment(failed)) {
        const fs::path name = entry->path().filename();
        if (name.native().starts_with('.'))
            continue;
        std::error_code ignored;
        if (entry->is_directory(ignored)) {
            if (!entry->is_symlink(ignored))
                names.push_back({name.string(), true});
        } else if (wanted(folder, name) && entry->is_regular_file(ignored)) {
            names.push_back({name.string(), false});
        }
    }
    if (failed)
        m_found.problems.push_back("cannot read the folder "
                                   + (folder.empty() ? m_root : path.parent_path()).string() + ": "
                                   + failed.message());
    std::ranges::sort(names, {}, &Name::text);
    return names;
}

/// `folder` is empty or ends in a slash.
void Search::visit(const std::string& folder)
{
    if (m_progress.cancelled())
        return;
    for (const auto& [name, isFolder] : namesIn(folder)) {
        if (isFolder)
            visit(folder + name + '/');
        else
            m_found.files.append(folder + name);
    }
}

} // namespace

Result<AudioFolder> findAudioFiles(const fs::path& root, const FolderFilter& filter,
                                   const Progress& progress)
{
    return Search(root, filter, progress).run();
}

} // namespace phono
