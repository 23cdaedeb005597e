#include "core/base/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace phono {
namespace {

std::string mebibytes(std::int64_t bytes)
{
    return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

} // namespace

std::filesystem::path temporaryDirectory()
{
    const char* directory = std::getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

Result<TemporaryFile> TemporaryFile::create(std::string_view purpose, std::int64_t bytes)
{
    const auto directory = temporaryDirectory();
    const auto failed = [&](const std::string& why) {
        return Error{"cannot keep " + mebibytes(bytes) + " of " + std::string(purpose) + " in "
                     + directory.string() + ": " + why
                     + ". Free some space there, or set TMPDIR to a directory on a larger disk."};
    };
    struct statvfs disk = {};
    if (statvfs(directory.c_str(), &disk) == 0) {
        const auto free =
            static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
        if (free < bytes)
            return failed("only " + mebibytes(free) + " are free");
    }
    auto name = (directory / "phonoscope-XXXXXX").string();
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0)
        return failed(std::strerror(errno));
    unlink(name.c_str());
    TemporaryFile file(descriptor);
    if (ftruncate(descriptor, bytes) != 0)
        return failed(std::strerror(errno));
    return file;
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

TemporaryFile::~TemporaryFile()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

Result<void> TemporaryFile::read(std::int64_t offset, void* into, std::size_t bytes) const
{
    auto* at = static_cast<char*>(into);
    while (bytes > 0) {
        const auto got = pread(m_descriptor, at, bytes, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return Error{"cannot read a temporary file: "
                         + std::string(got < 0 ? std::strerror(errno) : "it is too short")};
        at += got;
        offset += got;
        bytes -= static_cast<std::size_t>(got);
    }
    return {};
}

Result<void> TemporaryFile::write(std::int64_t offset, const void* from, std::size_t bytes) const
{
    const auto* at = static_cast<const char*>(from);
    while (bytes > 0) {
        const auto put = pwrite(m_descriptor, at, bytes, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return Error{"cannot write a temporary file in " + temporaryDirectory().string() + ": "
                         + std::strerror(errno) + ". Free some space, or set TMPDIR."};
        at += put;
        offset += put;
        bytes -= static_cast<std::size_t>(put);
    }
    return {};
}

} // namespace phono
