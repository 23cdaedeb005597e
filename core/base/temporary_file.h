#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace phono {

/// A file in the temporary directory ($TMPDIR or /tmp) that has no name: it is gone when this
/// object is, or when the program dies. read() and write() are positioned and may run on several
/// threads.
class TemporaryFile {
public:
    /// Makes a file of `bytes` bytes (sparse). `purpose` stands in error messages. Fails with clear
    /// words when the directory is not writable or its disk has less than `bytes` free.
    static Result<TemporaryFile> create(std::string_view purpose, std::int64_t bytes);

    TemporaryFile(TemporaryFile&& other) noexcept;
    TemporaryFile& operator=(TemporaryFile&& other) noexcept;
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile();

    int descriptor() const { return m_descriptor; }
    Result<void> read(std::int64_t offset, void* into, std::size_t bytes) const;
    Result<void> write(std::int64_t offset, const void* from, std::size_t bytes) const;

private:
    explicit TemporaryFile(int descriptor)
        : m_descriptor(descriptor)
    {
    }
    int m_descriptor = -1;
};

/// Where temporary files go: $TMPDIR, else /tmp.
std::filesystem::path temporaryDirectory();

} // namespace phono
