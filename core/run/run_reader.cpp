#include "core/run/run_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace phono {
namespace {

constexpr std::size_t kBlock = 256 << 10;

} // namespace

RunReader::RunReader(const RunDirectory& run)
    : m_path(run.metrics())
{
}

RunReader::~RunReader()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

Error RunReader::failed() const
{
    return Error{"cannot read " + m_path.string() + ": " + std::strerror(errno)};
}

void RunReader::reset()
{
    if (m_descriptor >= 0)
        close(std::exchange(m_descriptor, -1));
    m_offset = 0;
    m_lines = 0;
    m_partial.clear();
    m_skipping = false;
}

bool RunReader::isSameFile() const
{
    struct stat named = {};
    struct stat opened = {};
    return m_descriptor >= 0 && stat(m_path.c_str(), &named) == 0
        && fstat(m_descriptor, &opened) == 0 && named.st_dev == opened.st_dev
        && named.st_ino == opened.st_ino && opened.st_size >= m_offset;
}

Result<void> RunReader::openAnew()
{
    reset();
    // Whatever has that name, opening it must not wait.
    m_descriptor = open(m_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (m_descriptor < 0)
        return errno == ENOENT ? Result<void>() : failed();
    struct stat facts = {};
    if (fstat(m_descriptor, &facts) == 0 && S_ISREG(facts.st_mode))
        return {};
    reset();
    return Error{m_path.string() + " is no file"};
}

Result<RunNews> RunReader::poll()
{
    RunNews news;
    if (!isSameFile()) {
        if (auto opened = openAnew(); !opened)
            return opened.error();
        news.fromStart = m_told;
    }
    if (auto done = m_descriptor < 0 ? Result<void>() : readPortion(news); !done) {
        reset(); // what was read is lost with the news, so it is read again
        return done.error();
    }
    m_told = m_descriptor >= 0;
    return news;
}

Result<void> RunReader::readPortion(RunNews& news)
{
    std::vector<char> block(kBlock);
    const auto limit = m_offset + kPortion;
    while (m_offset < limit) {
        const auto count = pread(m_descriptor, block.data(), block.size(), m_offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failed();
        if (count == 0)
            return {};
        m_offset += count;
        takeBytes({block.data(), static_cast<std::size_t>(count)}, news);
    }
    news.more = true;
    return {};
}

void RunReader::takeBytes(std::string_view bytes, RunNews& news)
{
    while (!bytes.empty()) {
        const auto newline = bytes.find('\n');
        const auto part = bytes.substr(0, newline);
        if (newline == std::string_view::npos) {
            m_skipping = m_skipping || m_partial.size() + part.size() > kLongestEventLine;
            if (m_skipping)
                m_partial.clear();
            else
                m_partial += part;
            return;
        }
        bytes.remove_prefix(newline + 1);
        ++m_lines;
        if (m_partial.empty() && !m_skipping) {
            takeLine(part, news);
        } else {
            m_partial += m_skipping ? std::string_view() : part;
            takeLine(m_partial, news);
            m_partial.clear();
        }
        m_skipping = false;
    }
}

void RunReader::takeLine(std::string_view line, RunNews& news)
{
    auto& added = news.added;
    auto event = m_skipping ? Result<std::optional<RunEvent>>(Error{"the line is too long"})
                            : parseLine(line);
    if (!event) {
        if (line.find_first_not_of(" \t\r") == std::string_view::npos && !m_skipping)
            return;
        if (added.unreadableLines++ == 0)
            added.firstUnreadable = m_path.string() + ", line " + std::to_string(m_lines) + ": "
                + event.error().message;
        return;
    }
    if (!*event)
        return;
    if (const auto* start = std::get_if<StartedEvent>(&**event))
        news.resumedFrom = std::min(news.resumedFrom.value_or(start->update), start->update);
    added.add(**event);
}

Result<RunHistory> readHistory(const RunDirectory& run)
{
    RunReader reader(run);
    RunHistory history;
    for (;;) {
        auto news = reader.poll();
        if (!news)
            return news.error();
        const bool more = news->more;
        history.apply(*std::move(news));
        if (!more)
            return history;
    }
}

} // namespace phono
