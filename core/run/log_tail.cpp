#include "core/run/log_tail.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace phono {
namespace {

constexpr std::int64_t kMostBytes = 32 << 10;
constexpr std::size_t kLongestLine = 500;

bool isControl(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return (code < 0x20 && code != '\t') || code == 0x7f;
}

/// Behind an escape sequence that begins at `at`.
std::size_t skipEscape(std::string_view line, std::size_t at)
{
    ++at;
    if (at >= line.size() || line[at] != '[')
        return std::min(at + 1, line.size());
    // Parameters, then one letter.
    while (++at < line.size() && !(line[at] >= '@' && line[at] <= '~')) { }
    return std::min(at + 1, line.size());
}

std::string readable(std::string_view line)
{
    while (line.ends_with('\r'))
        line.remove_suffix(1);
    line.remove_prefix(line.rfind('\r') + 1); // npos + 1 is 0
    std::string text;
    for (std::size_t at = 0; at < line.size();) {
        if (line[at] == '\x1b') {
            at = skipEscape(line, at);
        } else {
            if (!isControl(line[at]))
                text += line[at];
            ++at;
        }
    }
    if (text.size() > kLongestLine) {
        std::size_t end = kLongestLine;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
            --end; // not in the middle of a character
        text.resize(end);
        text += "…";
    }
    return text;
}

/// The end of a file, from the beginning of a line on.
Result<std::string> readEnd(int file, const std::string& name)
{
    struct stat facts = {};
    if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode))
        return Error{name + " is no file"};
    const std::int64_t from = std::max<std::int64_t>(0, facts.st_size - kMostBytes);
    std::string bytes(static_cast<std::size_t>(std::min<std::int64_t>(facts.st_size, kMostBytes)),
                      '\0');
    ssize_t count = 0;
    do {
        count = pread(file, bytes.data(), bytes.size(), from);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return Error{"cannot read " + name + ": " + std::strerror(errno)};
    bytes.resize(static_cast<std::size_t>(count));
    if (const auto newline = bytes.find('\n'); from > 0 && newline != std::string::npos)
        bytes.erase(0, newline + 1);
    return bytes;
}

} // namespace

Result<std::string> readLogTail(const RunDirectory& run)
{
    const std::string name = run.log().string();
    // Whatever has that name, opening it must not wait.
    const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return errno == ENOENT ? Result<std::string>(std::string())
                               : Error{"cannot read " + name + ": " + std::strerror(errno)};
    const auto end = readEnd(file, name);
    close(file);
    if (!end)
        return end.error();
    std::vector<std::string> lines;
    for (std::string_view rest = *end; !rest.empty();) {
        const auto newline = std::min(rest.find('\n'), rest.size());
        lines.push_back(readable(rest.substr(0, newline)));
        rest.remove_prefix(std::min(newline + 1, rest.size()));
    }
    std::string text;
    const auto first = std::max<std::ptrdiff_t>(0, std::ssize(lines) - kLogTailLines);
    for (std::size_t i = static_cast<std::size_t>(first); i < lines.size(); ++i)
        text += (text.empty() ? "" : "\n") + lines[i];
    return text;
}

} // namespace phono
