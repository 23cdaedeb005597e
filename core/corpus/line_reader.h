#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

namespace phono {

/// Reads the lines of a text file of any size in bounded memory.
class LineReader {
public:
    /// Twice the longest path of Linux, in bytes.
    static constexpr std::size_t kLongestLine = 8191;

    explicit LineReader(const std::filesystem::path& path);

    bool opened() const { return m_stream.is_open(); }
    /// Without its line end (LF or CRLF) and the file's byte order mark; valid until the next call.
    /// Nothing at the end of the file, after a failure, or when broken.
    std::optional<std::string_view> next();

    /// Of the last line, from 1.
    std::int64_t number() const { return m_number; }
    /// The last line was too long or held a NUL byte, so this is no text.
    bool broken() const { return m_broken; }
    /// Reading failed.
    bool failed() const { return m_stream.bad(); }
    std::int64_t bytesRead() const { return m_bytesRead; }

private:
    bool fill();

    std::ifstream m_stream;
    std::vector<char> m_buffer;
    std::size_t m_begin = 0; ///< of what was read and not yet given
    std::size_t m_end = 0;
    std::int64_t m_number = 0;
    std::int64_t m_bytesRead = 0;
    bool m_broken = false;
};

} // namespace phono
