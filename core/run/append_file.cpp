#include "core/run/append_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace phono {

Result<AppendFile> AppendFile::open(const std::filesystem::path& path)
{
    const int descriptor =
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (descriptor < 0)
        return Error{"cannot write " + path.string() + ": " + std::strerror(errno)};
    AppendFile file(path, descriptor, false);
    struct stat facts = {};
    char last = '\n';
    if (fstat(descriptor, &facts) != 0
        || (S_ISREG(facts.st_mode) && facts.st_size > 0
            && pread(descriptor, &last, 1, facts.st_size - 1) != 1))
        return Error{"cannot read " + path.string() + ": " + std::strerror(errno)};
    file.m_torn = last != '\n';
    return file;
}

AppendFile::AppendFile(std::filesystem::path path, int descriptor, bool torn)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
    , m_torn(torn)
{
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_torn(other.m_torn)
{
}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_torn, other.m_torn);
    return *this;
}

AppendFile::~AppendFile()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

Error AppendFile::failed(int error) const
{
    return Error{"cannot write " + m_path.string() + ": " + std::strerror(error)
                 + ". What it held before is still there."};
}

Result<void> AppendFile::append(std::string_view line)
{
    m_buffer.assign(m_torn ? "\n" : "");
    m_buffer += line;
    m_buffer += '\n';
    const char* at = m_buffer.data();
    std::size_t left = m_buffer.size();
    while (left > 0) {
        const auto put = write(m_descriptor, at, left);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed(errno);
        // Only a disk that is filling up takes a part; then the next write says why.
        at += put;
        left -= static_cast<std::size_t>(put);
        m_torn = left > 0;
    }
    return {};
}

Result<void> AppendFile::sync()
{
    if (fdatasync(m_descriptor) != 0)
        return failed(errno);
    return {};
}

} // namespace phono
