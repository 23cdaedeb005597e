#include "core/checkpoint/zip_writer.h"

#include "core/checkpoint/zip_format.h"

#include <zlib.h>

namespace phono {
namespace {

using namespace zip;

constexpr std::size_t kAlignment = 64;
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kVersion64 = 45;
/// An extra field for padding that readers skip; PyTorch uses the same one ("FB").
constexpr std::uint16_t kPaddingField = 0x4246;
/// Midnight on 1 January 1980, the earliest date: the same model gives the same file.
constexpr std::uint32_t kDate = 0x00210000;

/// Little-endian numbers one after another.
class Fields {
public:
    template <typename T>
    Fields& add(T value)
    {
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Fields& add(const std::string& text)
    {
        m_bytes += text;
        return *this;
    }
    const std::string& bytes() const { return m_bytes; }

private:
    std::string m_bytes;
};

bool needs64(std::uint64_t value)
{
    return value >= kIn64;
}

std::uint32_t short32(std::uint64_t value)
{
    return needs64(value) ? kIn64 : static_cast<std::uint32_t>(value);
}

/// The zip64 field that holds those of the numbers that do not fit into 32 bits.
std::string extra64(std::initializer_list<std::uint64_t> numbers)
{
    Fields data;
    for (const auto number : numbers)
        if (needs64(number))
            data.add(number);
    if (data.bytes().empty())
        return {};
    return Fields()
        .add(kExtra64)
        .add(static_cast<std::uint16_t>(data.bytes().size()))
        .add(data.bytes())
        .bytes();
}

/// An extra field after which the data, `at` without it, begin at a multiple of kAlignment.
std::string padding(std::uint64_t at)
{
    constexpr std::size_t kHeader = 4;
    const auto fill = (kAlignment - (at + kHeader) % kAlignment) % kAlignment;
    return Fields()
        .add(kPaddingField)
        .add(static_cast<std::uint16_t>(fill))
        .add(std::string(fill, 'Z'))
        .bytes();
}

std::uint32_t checksum(const void* data, std::size_t bytes)
{
    return static_cast<std::uint32_t>(crc32_z(0, static_cast<const Bytef*>(data), bytes));
}

} // namespace

Result<void> ZipWriter::add(const std::string& name, const void* data, std::size_t bytes)
{
    Record record{name, static_cast<std::uint64_t>(m_file.position()), bytes,
                  bytes > 0 ? checksum(data, bytes) : 0};
    auto extra = needs64(bytes) ? extra64({bytes, bytes}) : std::string();
    extra += padding(record.header + kLocalSize + name.size() + extra.size());
    const auto header = Fields()
                            .add(kLocalSignature)
                            .add(needs64(bytes) ? kVersion64 : kVersion)
                            .add(std::uint16_t(0)) // flags: sizes and checksum stand here
                            .add(std::uint16_t(0)) // stored
                            .add(kDate)
                            .add(record.crc32)
                            .add(short32(bytes))
                            .add(short32(bytes))
                            .add(static_cast<std::uint16_t>(name.size()))
                            .add(static_cast<std::uint16_t>(extra.size()))
                            .add(name)
                            .add(extra)
                            .bytes();
    m_records.push_back(std::move(record));
    if (auto done = m_file.write(header.data(), header.size()); !done)
        return done;
    return m_file.write(data, bytes);
}

Result<void> ZipWriter::finish()
{
    const auto begin = static_cast<std::uint64_t>(m_file.position());
    Fields directory;
    for (const auto& record : m_records) {
        const auto extra = extra64({record.bytes, record.bytes, record.header});
        const auto version = extra.empty() ? kVersion : kVersion64;
        directory.add(kEntrySignature)
            .add(version)
            .add(version)
            .add(std::uint16_t(0))
            .add(std::uint16_t(0))
            .add(kDate)
            .add(record.crc32)
            .add(short32(record.bytes))
            .add(short32(record.bytes))
            .add(static_cast<std::uint16_t>(record.name.size()))
            .add(static_cast<std::uint16_t>(extra.size()))
            .add(std::uint16_t(0)) // comment
            .add(std::uint16_t(0)) // disk
            .add(std::uint16_t(0)) // internal attributes
            .add(std::uint32_t(0)) // external attributes
            .add(short32(record.header))
            .add(record.name)
            .add(extra);
    }
    const std::uint64_t bytes = directory.bytes().size();
    const std::uint64_t count = m_records.size();
    if (needs64(begin) || needs64(bytes) || count >= kIn64Short)
        directory.add(kEnd64Signature)
            .add(std::uint64_t(kEnd64Size - 12)) // what follows this field
            .add(kVersion64)
            .add(kVersion64)
            .add(std::uint32_t(0))
            .add(std::uint32_t(0))
            .add(count)
            .add(count)
            .add(bytes)
            .add(begin)
            .add(kLocator64Signature)
            .add(std::uint32_t(0))
            .add(begin + bytes)
            .add(std::uint32_t(1));
    const auto count16 = count >= kIn64Short ? kIn64Short : static_cast<std::uint16_t>(count);
    directory.add(kEndSignature)
        .add(std::uint16_t(0))
        .add(std::uint16_t(0))
        .add(count16)
        .add(count16)
        .add(short32(bytes))
        .add(short32(begin))
        .add(std::uint16_t(0));
    return m_file.write(directory.bytes().data(), directory.bytes().size());
}

} // namespace phono
