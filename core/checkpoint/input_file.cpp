#include "core/checkpoint/input_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace phono {
namespace {

constexpr std::int64_t kStreamBuffer = 1 << 16;
constexpr std::int64_t kCrcBuffer = 1 << 20;

} // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path)
{
    // O_NONBLOCK: a named pipe must not hang the program before it is found to be none of ours.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return Error{"cannot open " + path.string() + ": " + std::strerror(errno)};
    InputFile file(path, descriptor, 0);
    struct stat status = {};
    if (fstat(descriptor, &status) != 0)
        return Error{"cannot open " + path.string() + ": " + std::strerror(errno)};
    if (S_ISDIR(status.st_mode))
        return file.error("this is a directory; give a file in it");
    if (!S_ISREG(status.st_mode))
        return file.error("this is not an ordinary file");
    file.m_size = status.st_size;
    return file;
}

InputFile::InputFile(std::filesystem::path path, int descriptor, std::int64_t size)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
    , m_size(size)
{
}

InputFile::InputFile(InputFile&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_size(other.m_size)
{
}

InputFile& InputFile::operator=(InputFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_size, other.m_size);
    return *this;
}

InputFile::~InputFile()
{
    if (m_descriptor >= 0)
        close(m_descriptor);
}

Error InputFile::error(const std::string& problem) const
{
    return Error{m_path.string() + ": " + problem};
}

bool InputFile::contains(std::int64_t offset, std::int64_t bytes) const
{
    return offset >= 0 && bytes >= 0 && offset <= m_size && bytes <= m_size - offset;
}

Result<void> InputFile::read(std::int64_t offset, void* into, std::size_t bytes) const
{
    if (!contains(offset, static_cast<std::int64_t>(bytes)))
        return error("the file ends too early: " + std::to_string(bytes) + " bytes are missing at "
                     + std::to_string(offset));
    auto* at = static_cast<char*>(into);
    while (bytes > 0) {
        const auto got = pread(m_descriptor, at, bytes, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error(std::string("cannot read: ") + std::strerror(errno));
        if (got == 0)
            return error("the file became shorter while it was read");
        at += got;
        offset += got;
        bytes -= static_cast<std::size_t>(got);
    }
    return {};
}

Result<std::vector<std::byte>> InputFile::read(std::int64_t offset, std::int64_t bytes) const
{
    if (!contains(offset, bytes))
        return error("the file ends too early: " + std::to_string(bytes) + " bytes are missing at "
                     + std::to_string(offset));
    std::vector<std::byte> data(static_cast<std::size_t>(bytes));
    if (auto done = read(offset, data.data(), data.size()); !done)
        return done.error();
    return data;
}

InputStream::InputStream(const InputFile& file, std::int64_t begin, std::int64_t end)
    : m_file(&file)
    , m_position(begin)
    , m_end(end)
{
}

bool InputStream::fill()
{
    const auto bytes = std::min(kStreamBuffer, remaining());
    m_buffer.resize(static_cast<std::size_t>(bytes));
    m_bufferBegin = m_position;
    if (m_file->read(m_position, m_buffer.data(), m_buffer.size()))
        return true;
    m_buffer.clear();
    return false;
}

bool InputStream::read(void* into, std::size_t bytes)
{
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (wanted < 0 || wanted > remaining())
        return false;
    if (wanted > kStreamBuffer) {
        if (!m_file->read(m_position, into, bytes))
            return false;
    } else if (wanted > 0) {
        const auto bufferEnd = m_bufferBegin + static_cast<std::int64_t>(m_buffer.size());
        if ((m_position < m_bufferBegin || wanted > bufferEnd - m_position) && !fill())
            return false;
        std::memcpy(into, m_buffer.data() + (m_position - m_bufferBegin), bytes);
    }
    m_position += wanted;
    return true;
}

Result<std::uint32_t> crc32OfRange(const InputFile& file, std::int64_t offset, std::int64_t bytes)
{
    std::vector<std::byte> block(static_cast<std::size_t>(std::min(kCrcBuffer, bytes)));
    auto crc = crc32(0, nullptr, 0);
    while (bytes > 0) {
        const auto part = static_cast<std::size_t>(std::min(kCrcBuffer, bytes));
        if (auto done = file.read(offset, block.data(), part); !done)
            return done.error();
        crc = crc32(crc, reinterpret_cast<const Bytef*>(block.data()), static_cast<uInt>(part));
        offset += static_cast<std::int64_t>(part);
        bytes -= static_cast<std::int64_t>(part);
    }
    return static_cast<std::uint32_t>(crc);
}

} // namespace phono
