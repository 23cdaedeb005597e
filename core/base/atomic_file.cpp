#include "core/base/atomic_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace phono {
namespace {

std::filesystem::path directoryOf(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Error alreadyExists(const std::filesystem::path& path)
{
    return Error{path.string() + " exists already. Choose another name, or ask to overwrite it."};
}

/// A new file beside `path` that keeps the permissions of the one it replaces, or the usual ones.
int createBeside(const std::filesystem::path& path, std::string& name)
{
    const auto stem = "." + path.filename().string().substr(0, 64) + ".phonoscope-";
    std::random_device random;
    int descriptor = -1;
    for (int attempt = 0; attempt < 100 && descriptor < 0; ++attempt) {
        name = (directoryOf(path) / (stem + std::to_string(random()))).string();
        descriptor = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST)
            return -1;
    }
    struct stat replaced = {};
    if (descriptor >= 0 && stat(path.c_str(), &replaced) == 0)
        static_cast<void>(fchmod(descriptor, replaced.st_mode & 0777));
    return descriptor;
}

int syncPath(const std::filesystem::path& path, int flags)
{
    const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return errno;
    const int error = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    return error;
}

} // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path, bool force)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return Error{path.string() + " is a directory; give the name of a file."};
    if (!force && std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
        return alreadyExists(path);
    std::string name;
    const int descriptor = createBeside(path, name);
    if (descriptor < 0)
        return Error{"cannot write " + path.string() + ": " + std::strerror(errno)
                     + " (in the directory " + directoryOf(path).string() + ")"};
    return AtomicFile(path, name, descriptor, force);
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor,
                       bool force)
    : m_path(std::move(path))
    , m_temporary(std::move(temporary))
    , m_descriptor(descriptor)
    , m_force(force)
{
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_temporary(std::exchange(other.m_temporary, {}))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_force(other.m_force)
    , m_position(other.m_position)
{
}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_temporary, other.m_temporary);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_force, other.m_force);
    std::swap(m_position, other.m_position);
    return *this;
}

AtomicFile::~AtomicFile()
{
    discard();
}

void AtomicFile::discard() noexcept
{
    if (m_descriptor >= 0)
        close(std::exchange(m_descriptor, -1));
    if (!m_temporary.empty())
        unlink(m_temporary.c_str());
    m_temporary.clear();
}

Error AtomicFile::failed(int error) const
{
    return Error{"cannot write " + m_path.string() + ": " + std::strerror(error)};
}

Result<void> AtomicFile::write(const void* data, std::size_t bytes)
{
    auto done = writeAt(m_position, data, bytes);
    if (done)
        m_position += static_cast<std::int64_t>(bytes);
    return done;
}

Result<void> AtomicFile::writeAt(std::int64_t offset, const void* data, std::size_t bytes)
{
    const auto* at = static_cast<const char*>(data);
    while (bytes > 0) {
        const auto put = pwrite(m_descriptor, at, bytes, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed(errno);
        at += put;
        offset += put;
        bytes -= static_cast<std::size_t>(put);
    }
    return {};
}

Result<void> AtomicFile::commit()
{
    close(std::exchange(m_descriptor, -1));
    // By name, because a library may have replaced the file that was opened first.
    if (const int error = syncPath(m_temporary, O_RDONLY))
        return failed(error);
    const unsigned flags = m_force ? 0 : RENAME_NOREPLACE;
    int error =
        renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, m_path.c_str(), flags) ? errno : 0;
    if (error == EINVAL && !m_force) // a file system without RENAME_NOREPLACE
        error = link(m_temporary.c_str(), m_path.c_str()) ? errno : unlink(m_temporary.c_str());
    if (error == EEXIST)
        return alreadyExists(m_path);
    if (error != 0)
        return failed(error);
    m_temporary.clear();
    if (const int syncError = syncPath(directoryOf(m_path), O_RDONLY | O_DIRECTORY))
        return failed(syncError);
    return {};
}

} // namespace phono
