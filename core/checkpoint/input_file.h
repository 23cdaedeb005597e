#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace phono {

/// A file opened for reading at any position, whose size stays what it was when it was opened.
///
/// Reads past that size, or from a file that has since been cut short, are errors, never signals.
class InputFile {
public:
    static Result<InputFile> open(const std::filesystem::path& path);
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&& other) noexcept;
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    const std::filesystem::path& path() const { return m_path; }
    std::int64_t size() const { return m_size; }
    int descriptor() const { return m_descriptor; }

    /// Error messages of this and the readers above it start with the file's name.
    Error error(const std::string& problem) const;

    Result<void> read(std::int64_t offset, void* into, std::size_t bytes) const;
    Result<std::vector<std::byte>> read(std::int64_t offset, std::int64_t bytes) const;
    /// True if [offset, offset + bytes) lies in the file; safe for any numbers.
    bool contains(std::int64_t offset, std::int64_t bytes) const;

private:
    InputFile(std::filesystem::path path, int descriptor, std::int64_t size);

    std::filesystem::path m_path;
    int m_descriptor = -1;
    std::int64_t m_size = 0;
};

/// Reads a part of an InputFile from front to back through a small buffer.
class InputStream {
public:
    /// `file` outlives this; [begin, end) lies inside it.
    InputStream(const InputFile& file, std::int64_t begin, std::int64_t end);

    /// In the file.
    std::int64_t position() const { return m_position; }
    std::int64_t remaining() const { return m_end - m_position; }
    const InputFile& file() const { return *m_file; }

    /// False if fewer bytes remain, or the file cannot be read; then nothing is consumed.
    bool read(void* into, std::size_t bytes);

private:
    bool fill();

    const InputFile* m_file;
    std::int64_t m_position;
    std::int64_t m_end;
    std::vector<std::byte> m_buffer;
    std::int64_t m_bufferBegin = 0;
};

/// CRC-32 (that of zip) of a part of the file, read in small pieces.
Result<std::uint32_t> crc32OfRange(const InputFile& file, std::int64_t offset, std::int64_t bytes);

} // namespace phono
