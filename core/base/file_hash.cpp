#include "core/base/file_hash.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace phono {
namespace {

std::string hexDigits(const std::array<std::uint8_t, SHA256_DIGEST_SIZE>& digest)
{
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const auto byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

/// With a `stamp`, only of a file that has it.
Result<std::string> sha256OfPath(const std::filesystem::path& path, const FileStamp* stamp,
                                 const Progress& progress)
{
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return Error{"cannot open " + path.string() + ": " + std::strerror(errno)};
    auto hash = sha256OfDescriptor(descriptor, path, progress);
    // Afterwards, so that what changed while it was hashed is noticed as well.
    const bool same = !stamp || stampOfDescriptor(descriptor) == *stamp;
    close(descriptor);
    if (hash && !same)
        return Error{path.string() + " has changed since it was opened; open it again."};
    return hash;
}

} // namespace

std::optional<FileStamp> stampOfDescriptor(int descriptor)
{
    constexpr std::int64_t kNanoseconds = 1000000000;
    struct stat status = {};
    if (fstat(descriptor, &status) != 0)
        return std::nullopt;
    return FileStamp{status.st_size, status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

Result<std::string> sha256OfFile(const std::filesystem::path& path, const Progress& progress)
{
    return sha256OfPath(path, nullptr, progress);
}

Result<std::string> sha256OfUnchangedFile(const std::filesystem::path& path, const FileStamp& stamp,
                                          const Progress& progress)
{
    return sha256OfPath(path, &stamp, progress);
}

Result<std::string> sha256OfDescriptor(int descriptor, const std::filesystem::path& path,
                                       const Progress& progress)
{
    struct stat status = {};
    const auto size = fstat(descriptor, &status) == 0 ? status.st_size : 0;
    sha256_ctx context;
    sha256_init(&context);
    std::vector<std::uint8_t> block(std::size_t(1) << 20);
    off_t done = 0;
    while (true) {
        if (progress.cancelled())
            return Error::cancelled();
        const auto got = pread(descriptor, block.data(), block.size(), done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return Error{"cannot read " + path.string() + ": " + std::strerror(errno)};
        if (got == 0)
            break;
        sha256_update(&context, static_cast<std::size_t>(got), block.data());
        done += got;
        if (size > 0)
            progress("hashing",
                     std::min(1.0, static_cast<double>(done) / static_cast<double>(size)));
    }
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest = {};
    sha256_digest(&context, digest.size(), digest.data());
    return hexDigits(digest);
}

} // namespace phono
