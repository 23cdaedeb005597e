#include "core/corpus/corpus.h"
#include "core/corpus/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace phono {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLinesBetweenReports = 1 << 14;

/// Nothing in it that could lead elsewhere or be left out.
bool isPlain(std::string_view path)
{
    for (std::size_t begin = 0;;) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..")
            return false;
        if (end == path.size())
            return true;
        begin = end + 1;
    }
}

struct Entry {
    std::string_view path; ///< as it stands, or in `normal`
    std::int64_t samples = 0;
    std::string normal;
};

/// What is wrong with the path; empty if it is good. Makes it plain.
std::string checkPath(Entry& entry)
{
    if (isPlain(entry.path))
        return {};
    const auto path = fs::path(entry.path).lexically_normal();
    if (!path.has_filename() || path == ".")
        return "names no file";
    if (path.is_absolute())
        return "the path is absolute; it must be relative to the root in the first line";
    if (*path.begin() == "..")
        return "the path leaves the root of the manifest";
    entry.normal = path.string();
    entry.path = entry.normal;
    return {};
}

/// What is wrong with the line; empty if it is good.
std::string parse(std::string_view line, Entry& entry)
{
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos)
        return "expected a path, a tab and a number of samples";
    const std::string_view number = line.substr(tab + 1);
    const char* end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, entry.samples);
    if (parsed.ec != std::errc() || parsed.ptr != end || entry.samples < 0)
        return "'" + std::string(number) + "' is not a number of samples";
    entry.path = line.substr(0, tab);
    return checkPath(entry);
}

Result<fs::path> readRoot(LineReader& reader, const fs::path& manifest)
{
    if (!reader.opened())
        return Error{"cannot read the manifest " + manifest.string() + ": " + std::strerror(errno)};
    const auto line = reader.next();
    if (reader.failed())
        return Error{"cannot read the manifest " + manifest.string()};
    if (!line || line->empty() || line->find('\t') != std::string_view::npos)
        return Error{manifest.string()
                     + " is no manifest: expected a root folder in its first line, then lines of "
                       "relative path, tab and number of samples"};
    fs::path root = *line;
    std::error_code ignored;
    if (!fs::is_directory(root, ignored))
        return Error{"the root folder of " + manifest.string() + " is not there: " + root.string()};
    return root;
}

} // namespace

Result<Corpus> Corpus::fromManifest(const fs::path& path, const Progress& progress)
{
    LineReader reader(path);
    auto root = readRoot(reader, path);
    if (!root)
        return root.error();
    std::error_code ignored;
    const auto fileBytes = static_cast<double>(fs::file_size(path, ignored));

    Corpus corpus(*std::move(root));
    const auto refuse = [&](const std::string& why) {
        corpus.addProblem(path.string() + ", line " + std::to_string(reader.number()) + ": " + why);
    };
    Entry entry;
    while (const auto line = reader.next()) {
        if (reader.number() % kLinesBetweenReports == 0) {
            if (progress.cancelled())
                return Error::cancelled();
            progress("reading the manifest",
                     std::min(static_cast<double>(reader.bytesRead()) / fileBytes, 1.0));
        }
        if (line->empty())
            continue;
        if (const auto wrong = parse(*line, entry); wrong.empty())
            corpus.append(entry.path, entry.samples);
        else
            refuse(wrong);
    }
    if (reader.broken())
        refuse("not text, or longer than " + std::to_string(LineReader::kLongestLine)
               + " bytes; the rest was not read");
    if (reader.failed())
        return Error{"cannot read all of the manifest " + path.string() + " (after line "
                     + std::to_string(reader.number()) + ")"};
    return corpus;
}

} // namespace phono
