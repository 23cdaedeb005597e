#include "core/corpus/line_reader.h"

#include <cstring>

namespace phono {
namespace {

constexpr std::size_t kBufferBytes = std::size_t(1) << 18;

} // namespace

LineReader::LineReader(const std::filesystem::path& path)
    : m_stream(path, std::ios::binary)
    , m_buffer(kBufferBytes)
{
}

bool LineReader::fill()
{
    std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
    m_end -= m_begin;
    m_begin = 0;
    m_stream.read(m_buffer.data() + m_end, static_cast<std::streamsize>(m_buffer.size() - m_end));
    const auto got = static_cast<std::size_t>(m_stream.gcount());
    m_end += got;
    m_bytesRead += static_cast<std::int64_t>(got);
    return got > 0;
}

std::optional<std::string_view> LineReader::next()
{
    if (m_broken)
        return std::nullopt;
    const char* newline = nullptr;
    for (;;) {
        const auto waiting = m_end - m_begin;
        newline = static_cast<const char*>(std::memchr(m_buffer.data() + m_begin, '\n', waiting));
        if (newline || waiting > kLongestLine || !fill())
            break;
    }
    std::string_view line(m_buffer.data() + m_begin, m_end - m_begin);
    if (newline)
        line = line.substr(0, static_cast<std::size_t>(newline - line.data()));
    else if (line.empty())
        return std::nullopt;
    ++m_number;
    if (line.size() > kLongestLine || line.find('\0') != std::string_view::npos) {
        m_broken = true;
        return std::nullopt;
    }
    m_begin += line.size() + (newline ? 1 : 0);
    if (m_number == 1 && line.starts_with("\xEF\xBB\xBF"))
        line.remove_prefix(3);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

} // namespace phono
