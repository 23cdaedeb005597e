#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace phono {

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a temporary file in the same directory; commit() gives it its name and makes it
/// last through a power cut. Destroyed without commit(), it leaves nothing behind.
class AtomicFile {
public:
    /// Fails when `path` exists and `force` is false, or when its directory cannot be written.
    static Result<AtomicFile> create(const std::filesystem::path& path, bool force);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&& other) noexcept;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    /// Appends.
    Result<void> write(const void* data, std::size_t bytes);
    /// Writes over bytes already written, or beyond them; does not move where write() goes on.
    Result<void> writeAt(std::int64_t offset, const void* data, std::size_t bytes);
    /// Where write() goes on: the number of bytes appended so far.
    std::int64_t position() const { return m_position; }

    /// For libraries that insist on opening a path themselves. They may rewrite or replace the
    /// file.
    const std::filesystem::path& temporaryPath() const { return m_temporary; }
    /// The final name.
    const std::filesystem::path& path() const { return m_path; }

    /// The last call. Without `force`, fails if the name was taken since create(), and leaves the
    /// other file alone.
    Result<void> commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor,
               bool force);
    Error failed(int error) const;
    void discard() noexcept;

    std::filesystem::path m_path;
    std::filesystem::path m_temporary;
    int m_descriptor = -1;
    bool m_force = false;
    std::int64_t m_position = 0;
};

} // namespace phono
