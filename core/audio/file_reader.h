#pragma once

#include "core/base/file_hash.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>

namespace phono {

/// A regular file open for reading, with a position and its size when it was opened.
class FileReader {
public:
    /// Refuses directories, pipes and devices without touching them. The error is the bare reason.
    static Result<FileReader> open(const std::filesystem::path& path);

    FileReader(FileReader&& other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
        , m_stamp(other.m_stamp)
        , m_position(other.m_position)
    {
    }
    FileReader& operator=(FileReader&&) = delete;
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader();

    std::int64_t bytes() const { return m_stamp.bytes; }
    /// Of the file when it was opened.
    const FileStamp& stamp() const { return m_stamp; }
    std::int64_t position() const { return m_position; }
    /// `to` must not be negative; behind the end there is nothing to read.
    void seek(std::int64_t to) { m_position = to; }
    /// Reads on from the position; returns fewer than `bytes` only at the end or on errors.
    std::size_t read(void* into, std::size_t bytes);
    /// The same from `offset`, leaving the position alone.
    std::size_t readAt(std::int64_t offset, void* into, std::size_t bytes) const;

private:
    explicit FileReader(int descriptor)
        : m_descriptor(descriptor)
    {
    }

    int m_descriptor;
    FileStamp m_stamp;
    std::int64_t m_position = 0;
};

} // namespace phono
