#include "core/labels/labels.h"

#include "core/base/ascii.h"
#include "core/labels/label_formats.h"
#include "core/labels/label_text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace phono {
namespace {

/// In lower case, of the 26 letters.
std::string extensionOf(const std::filesystem::path& path)
{
    return asciiLower(path.extension().string());
}

using Parsed = std::pair<std::string, Result<LabelFile>>;

Parsed parsed(const std::string& extension, std::string_view text, int sampleRate)
{
    const auto beginning = trimmed(text.substr(0, 200));
    if (extension == ".textgrid" || beginning.starts_with("File type = \"oo")
        || beginning.starts_with("\"Praat chronological"))
        return {"Praat TextGrid", parseTextGrid(text)};
    if (extension == ".lab" && beginning.starts_with("signal "))
        return {"ESPS", parseEsps(text)};
    if (extension == ".mlf" || extension == ".lab" || beginning.starts_with("#!MLF!#"))
        return {"HTK", parseHtk(text)};
    if (extension == ".phn" || extension == ".wrd")
        return {"TIMIT", parseTimit(text, sampleRate, extension == ".phn" ? "phones" : "words")};
    if (extension == ".ctm")
        return {"CTM", parseCtm(text)};
    if (extension == ".txt")
        return {"Audacity", parseAudacity(text)};
    return {"", Error{"its extension is none of .TextGrid, .phn, .wrd, .txt, .ctm, .lab and .mlf"}};
}

} // namespace

Result<LabelFile> readLabels(const std::filesystem::path& path, int sampleRate)
{
    const auto refused = [&](const std::string& format, const std::string& why) {
        return Error{"cannot read labels from " + path.string()
                     + (format.empty() ? "" : " as " + format) + ": " + why + "."};
    };
    const auto text = readLabelText(path);
    if (!text)
        return refused("", text.error().message);
    if (trimmed(text->text).empty())
        return refused("", "it is empty");
    auto [format, file] = parsed(extensionOf(path), text->text, sampleRate);
    if (!file)
        return refused(format, file.error().message);
    file->path = path;
    file->format = format;
    if (text->latin1)
        file->warnings.insert(file->warnings.begin(), "not UTF-8; it was read as Latin-1");
    return std::move(*file);
}

std::vector<std::filesystem::path> labelFilesFor(const std::filesystem::path& audio)
{
    constexpr std::array<std::string_view, 6> kExtensions = {".textgrid", ".phn", ".wrd",
                                                             ".ctm",      ".lab", ".txt"};
    std::vector<std::pair<std::ptrdiff_t, std::filesystem::path>> found;
    std::error_code error;
    const auto folder = audio.has_parent_path() ? audio.parent_path() : ".";
    for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
         i.increment(error)) {
        const auto& path = i->path();
        const auto known = std::ranges::find(kExtensions, extensionOf(path));
        std::error_code unknown;
        if (path.stem() == audio.stem() && known != kExtensions.end()
            && i->is_regular_file(unknown))
            found.emplace_back(known - kExtensions.begin(), path);
    }
    std::ranges::sort(found);
    std::vector<std::filesystem::path> paths;
    for (auto& [rank, path] : found)
        // Beside recordings, .txt is mostly what was said.
        if (extensionOf(path) != ".txt" || readLabels(path))
            paths.push_back(std::move(path));
    return paths;
}

} // namespace phono
