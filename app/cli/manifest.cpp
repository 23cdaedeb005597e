#include "app/cli/manifest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

namespace phono::cli {
namespace {

/// Twice the longest path of Linux, in bytes.
constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kMostProblems = 20;

/// Reads lines without ever holding more than one of bounded length.
class LineReader {
public:
    explicit LineReader(const std::filesystem::path& path)
        : m_stream(path)
    {
    }

    bool opened() const { return m_stream.is_open(); }
    std::int64_t number() const { return m_number; }
    /// The last line was too long or held a NUL byte, so this is no text.
    bool broken() const { return m_broken; }

    /// Without its line end; nothing at the end of the file or when broken.
    std::optional<std::string_view> next()
    {
        m_stream.getline(m_line.data(), m_line.size());
        const auto count = static_cast<std::size_t>(m_stream.gcount());
        if (count == 0)
            return std::nullopt;
        ++m_number;
        std::string_view line(m_line.data(), std::strlen(m_line.data()));
        const bool complete = !m_stream.fail() && count - (m_stream.eof() ? 0 : 1) == line.size();
        if (!complete) {
            m_broken = true;
            return std::nullopt;
        }
        if (m_number == 1 && line.starts_with("\xEF\xBB\xBF"))
            line.remove_prefix(3);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        return line;
    }

private:
    std::ifstream m_stream;
    std::array<char, kLongestLine> m_line = {};
    std::int64_t m_number = 0;
    bool m_broken = false;
};

/// What is wrong with the line, or its entry.
Result<ManifestEntry> parseEntry(std::string_view line)
{
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos)
        return Error{"expected a path, a tab and a number of samples"};
    const std::string_view number = line.substr(tab + 1);
    ManifestEntry entry = {std::filesystem::path(line.substr(0, tab)).lexically_normal(), 0};
    const auto parsed =
        std::from_chars(number.data(), number.data() + number.size(), entry.samples);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()
        || entry.samples < 0)
        return Error{"'" + std::string(number) + "' is not a number of samples"};
    if (!entry.relativePath.has_filename())
        return Error{"names no file"};
    if (entry.relativePath.is_absolute())
        return Error{"the path is absolute; it must be relative to the root in the first line"};
    if (*entry.relativePath.begin() == "..")
        return Error{"the path leaves the root of the manifest"};
    return entry;
}

} // namespace

Result<Manifest> readManifest(const std::filesystem::path& path)
{
    LineReader reader(path);
    if (!reader.opened())
        return Error{"cannot read the manifest " + path.string() + ": " + std::strerror(errno)};
    Manifest manifest;
    const auto root = reader.next();
    if (!root || root->empty() || root->find('\t') != std::string_view::npos)
        return Error{path.string()
                     + " is no manifest: expected a root folder in its first line, then lines of "
                       "relative path, tab and number of samples"};
    manifest.root = *root;
    std::size_t refused = 0;
    while (const auto line = reader.next()) {
        if (line->empty())
            continue;
        auto entry = parseEntry(*line);
        if (entry)
            manifest.entries.push_back(*std::move(entry));
        else if (++refused <= kMostProblems)
            manifest.problems.push_back(path.string() + ", line " + std::to_string(reader.number())
                                        + ": " + entry.error().message);
    }
    if (refused > kMostProblems)
        manifest.problems.push_back(path.string() + ": " + std::to_string(refused - kMostProblems)
                                    + " more lines were refused");
    if (reader.broken())
        manifest.problems.push_back(path.string() + ", line " + std::to_string(reader.number())
                                    + ": not text, or longer than "
                                    + std::to_string(kLongestLine - 1)
                                    + " bytes; the rest was not read");
    return manifest;
}

} // namespace phono::cli
