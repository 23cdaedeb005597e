#include "core/audio/file_reader.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace phono {
namespace {

const char* whyNotRegular(mode_t mode)
{
    if (S_ISREG(mode))
        return nullptr;
    if (S_ISDIR(mode))
        return "it is a directory";
    if (S_ISFIFO(mode) || S_ISSOCK(mode))
        return "it is a pipe; save the audio in a file first";
    return "it is a device";
}

} // namespace

Result<FileReader> FileReader::open(const std::filesystem::path& path)
{
    // Looked at before it is opened, as opening a device may do things, and again afterwards, as
    // the path may mean another file by then. O_NONBLOCK keeps a pipe from waiting for its writer.
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0)
        return Error{std::strerror(errno)};
    if (const auto* why = whyNotRegular(status.st_mode))
        return Error{why};
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return Error{std::strerror(errno)};
    FileReader reader(descriptor);
    const auto stamp = stampOfDescriptor(descriptor);
    if (!stamp || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return Error{"it changed while it was opened"};
    reader.m_stamp = *stamp;
    return reader;
}

FileReader::~FileReader()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

std::size_t FileReader::read(void* into, std::size_t bytes)
{
    const auto got = readAt(m_position, into, bytes);
    m_position += static_cast<std::int64_t>(got);
    return got;
}

std::size_t FileReader::readAt(std::int64_t offset, void* into, std::size_t bytes) const
{
    std::size_t filled = 0;
    while (filled < bytes) {
        const auto got = pread(m_descriptor, static_cast<char*>(into) + filled, bytes - filled,
                               offset + static_cast<std::int64_t>(filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

} // namespace phono
