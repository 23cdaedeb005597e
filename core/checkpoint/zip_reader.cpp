#include "core/checkpoint/zip_reader.h"

#include "core/checkpoint/printable.h"
#include "core/checkpoint/zip_format.h"

#include <algorithm>
#include <array>
#include <optional>

namespace phono {
namespace {

using namespace zip;

constexpr std::uint64_t kMaxRecords = 200'000;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kMaxNameBytes = 4096;

/// Where the central directory lies and how many records it lists.
struct Directory {
    std::int64_t offset = 0;
    std::int64_t bytes = 0;
    std::uint64_t count = 0;
};

Error damaged(const InputFile& file, const std::string& problem)
{
    return file.error("damaged zip archive: " + problem
                      + ". The file may be incomplete; download or copy it again");
}

/// The offset of the end record, which is followed by its comment only.
Result<std::int64_t> findEnd(const InputFile& file)
{
    constexpr std::int64_t kMaxComment = 0xffff;
    const auto tail =
        std::min<std::int64_t>(file.size(), kMaxComment + static_cast<std::int64_t>(kEndSize));
    const auto bytes = file.read(file.size() - tail, tail);
    if (!bytes)
        return bytes.error();
    const std::span<const std::byte> view = *bytes;
    for (auto at = tail - static_cast<std::int64_t>(kEndSize); at >= 0; --at) {
        const auto end = view.subspan(static_cast<std::size_t>(at));
        if (field<std::uint32_t>(end, 0) == kEndSignature
            && field<std::uint16_t>(end, 20) == end.size() - kEndSize)
            return file.size() - tail + at;
    }
    return damaged(file, "its central directory is missing");
}

Result<std::optional<Directory>> readDirectory64(const InputFile& file, std::int64_t end)
{
    const auto at = end - static_cast<std::int64_t>(kLocator64Size);
    if (at < 0)
        return std::optional<Directory>();
    const auto locator = file.read(at, static_cast<std::int64_t>(kLocator64Size));
    if (!locator)
        return locator.error();
    if (field<std::uint32_t>(*locator, 0) != kLocator64Signature)
        return std::optional<Directory>();
    const auto offset = static_cast<std::int64_t>(field<std::uint64_t>(*locator, 8));
    if (!file.contains(offset, static_cast<std::int64_t>(kEnd64Size)))
        return damaged(file, "its zip64 end record lies outside the file");
    const auto record = file.read(offset, static_cast<std::int64_t>(kEnd64Size));
    if (!record)
        return record.error();
    if (field<std::uint32_t>(*record, 0) != kEnd64Signature)
        return damaged(file, "its zip64 end record is missing");
    return std::optional(Directory{static_cast<std::int64_t>(field<std::uint64_t>(*record, 48)),
                                   static_cast<std::int64_t>(field<std::uint64_t>(*record, 40)),
                                   field<std::uint64_t>(*record, 32)});
}

Result<Directory> findDirectory(const InputFile& file)
{
    const auto end = findEnd(file);
    if (!end)
        return end.error();
    const auto record = file.read(*end, static_cast<std::int64_t>(kEndSize));
    if (!record)
        return record.error();
    if (field<std::uint16_t>(*record, 4) != field<std::uint16_t>(*record, 6))
        return damaged(file, "it is one part of a split archive");
    auto directory64 = readDirectory64(file, *end);
    if (!directory64)
        return directory64.error();
    const auto directory = directory64->value_or(Directory{field<std::uint32_t>(*record, 16),
                                                           field<std::uint32_t>(*record, 12),
                                                           field<std::uint16_t>(*record, 10)});
    if (!file.contains(directory.offset, directory.bytes)
        || directory.offset + directory.bytes > *end)
        return damaged(file, "its central directory lies outside the file");
    if (directory.count > kMaxRecords)
        return file.error("the zip archive lists " + std::to_string(directory.count)
                          + " records, far more than a checkpoint has");
    return directory;
}

/// The numbers of one entry, those from its zip64 field included.
bool readExtra64(std::span<const std::byte> extra, std::uint64_t& uncompressed,
                 std::uint64_t& compressed, std::uint64_t& header)
{
    const auto wanted = [](std::uint64_t value) {
        return value == kIn64;
    };
    while (extra.size() >= 4) {
        const std::size_t bytes = field<std::uint16_t>(extra, 2);
        if (bytes > extra.size() - 4)
            return false;
        auto data = extra.subspan(4, bytes);
        if (field<std::uint16_t>(extra, 0) == kExtra64) {
            for (auto* number : {&uncompressed, &compressed, &header}) {
                if (!wanted(*number))
                    continue;
                if (data.size() < 8)
                    return false;
                *number = field<std::uint64_t>(data, 0);
                data = data.subspan(8);
            }
            return true;
        }
        extra = extra.subspan(4 + bytes);
    }
    return !wanted(uncompressed) && !wanted(compressed) && !wanted(header);
}

/// False for names that would lead out of the folder an archive is unpacked into.
bool staysInside(std::string_view name)
{
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos
        || name.find('\0') != std::string_view::npos)
        return false;
    while (!name.empty()) {
        const auto slash = name.find('/');
        if (name.substr(0, slash) == "..")
            return false;
        name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
    }
    return true;
}

/// Reads the entry at the front of `stream`; false if it makes no sense.
bool readEntry(InputStream& stream, ZipRecord& record)
{
    std::array<std::byte, kEntrySize> fixed;
    if (!stream.read(fixed.data(), fixed.size())
        || field<std::uint32_t>(fixed, 0) != kEntrySignature)
        return false;
    const auto nameBytes = field<std::uint16_t>(fixed, 28);
    if (nameBytes > kMaxNameBytes)
        return false;
    record.name.resize(nameBytes);
    std::vector<std::byte> extra(field<std::uint16_t>(fixed, 30));
    std::vector<std::byte> comment(field<std::uint16_t>(fixed, 32));
    if (!stream.read(record.name.data(), record.name.size())
        || !stream.read(extra.data(), extra.size()) || !stream.read(comment.data(), comment.size()))
        return false;
    std::uint64_t compressed = field<std::uint32_t>(fixed, 20);
    std::uint64_t uncompressed = field<std::uint32_t>(fixed, 24);
    std::uint64_t header = field<std::uint32_t>(fixed, 42);
    if (!readExtra64(extra, uncompressed, compressed, header))
        return false;
    record.stored = field<std::uint16_t>(fixed, 10) == 0 && compressed == uncompressed
        && (field<std::uint16_t>(fixed, 8) & kEncrypted) == 0;
    record.crc32 = field<std::uint32_t>(fixed, 16);
    record.bytes = static_cast<std::int64_t>(uncompressed);
    record.header = static_cast<std::int64_t>(header);
    return true;
}

} // namespace

Result<ZipReader> ZipReader::open(const InputFile& file)
{
    const auto directory = findDirectory(file);
    if (!directory)
        return directory.error();
    ZipReader reader;
    reader.m_directory = directory->offset;
    if (auto done = reader.readDirectory(file, directory->offset,
                                         directory->offset + directory->bytes, directory->count);
        !done)
        return done.error();
    return reader;
}

Result<void> ZipReader::readDirectory(const InputFile& file, std::int64_t begin, std::int64_t end,
                                      std::uint64_t count)
{
    InputStream stream(file, begin, end);
    for (std::uint64_t i = 0; i < count; ++i) {
        ZipRecord record;
        if (!readEntry(stream, record))
            return damaged(file,
                           "record " + std::to_string(i + 1)
                               + " of its central directory cannot be read");
        if (staysInside(record.name))
            m_records.push_back(std::move(record));
    }
    for (std::size_t i = 0; i < m_records.size(); ++i)
        if (!m_byName.emplace(m_records[i].name, i).second)
            return damaged(file, "it holds the record " + printable(m_records[i].name) + " twice");
    return {};
}

const ZipRecord* ZipReader::find(std::string_view name) const
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_records[found->second];
}

Result<std::int64_t> ZipReader::locate(const InputFile& file, const ZipRecord& record) const
{
    const auto shown = printable(record.name);
    if (!record.stored)
        return file.error("the record " + shown
                          + " is compressed or encrypted, which PyTorch never does. Pack the "
                            "archive again without compression (zip -0)");
    const auto outside = [&] {
        return damaged(file,
                       "the record " + shown + " (" + std::to_string(record.bytes)
                           + " bytes) does not lie in the file");
    };
    if (record.header < 0 || !file.contains(record.header, static_cast<std::int64_t>(kLocalSize)))
        return outside();
    const auto header = file.read(record.header, static_cast<std::int64_t>(kLocalSize));
    if (!header)
        return header.error();
    const std::int64_t nameBytes = field<std::uint16_t>(*header, 26);
    const std::int64_t nameOffset = record.header + static_cast<std::int64_t>(kLocalSize);
    if (field<std::uint32_t>(*header, 0) != kLocalSignature
        || nameBytes != static_cast<std::int64_t>(record.name.size()))
        return damaged(file, "the record " + shown + " is not where the directory says");
    const auto name = file.read(nameOffset, nameBytes);
    if (!name)
        return name.error();
    if (std::memcmp(name->data(), record.name.data(), name->size()) != 0)
        return damaged(file, "the record " + shown + " is not where the directory says");
    const auto data = nameOffset + nameBytes + field<std::uint16_t>(*header, 28);
    if (data > m_directory || record.bytes < 0 || record.bytes > m_directory - data)
        return outside();
    return data;
}

} // namespace phono
