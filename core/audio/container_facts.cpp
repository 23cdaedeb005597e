#include "core/audio/container_facts.h"

#include "core/audio/header_bytes.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>
#include <string_view>

namespace phono {
namespace {

using Extent = ContainerFacts::Extent;
using std::endian;

/// How a container is made of chunks: an id, a size, the content, and padding.
struct ChunkLayout {
    std::string_view magic;
    std::int64_t firstChunk;
    std::size_t idBytes;
    std::size_t sizeBytes;
    endian order;
    bool sizeCountsHeader;
    std::int64_t alignment;
    std::string_view audioId;
    std::int64_t audioPrefix; ///< bytes between the chunk header and the audio
};

constexpr ChunkLayout kChunkLayouts[] = {
    {"RIFF", 12, 4, 4, endian::little, false, 2, "data", 0},
    {"RIFX", 12, 4, 4, endian::big, false, 2, "data", 0},
    {"RF64", 12, 4, 4, endian::little, false, 2, "data", 0},
    {"riff", 40, 16, 8, endian::little, true, 8, "data", 0}, // Sony W64
    {"FORM", 12, 4, 4, endian::big, false, 2, "SSND", 8},
    {"caff", 8, 4, 8, endian::big, false, 1, "data", 4},
};

constexpr int kMostChunks = 4096;

struct Chunk {
    std::string id;
    std::int64_t content = 0; ///< offset of the content
    std::int64_t bytes = 0; ///< of the content; -1 if unknown
};

std::optional<Chunk> chunkAt(const FileReader& file, std::int64_t offset, const ChunkLayout& layout)
{
    const auto headerBytes = layout.idBytes + layout.sizeBytes;
    const auto header = bytesAt(file, offset, headerBytes);
    if (header.size() < headerBytes)
        return {};
    const auto size = unsignedNumber(std::string_view(header).substr(layout.idBytes),
                                     layout.sizeBytes, layout.order);
    const auto skipped = layout.sizeCountsHeader ? headerBytes : 0;
    Chunk chunk{header.substr(0, 4), offset + static_cast<std::int64_t>(headerBytes), -1};
    const bool known =
        size >= skipped && size >> 62 == 0 && !(layout.sizeBytes == 4 && size == 0xFFFFFFFF);
    if (known)
        chunk.bytes = static_cast<std::int64_t>(size - skipped);
    return chunk;
}

bool plausibleChunk(const FileReader& file, std::int64_t offset, const ChunkLayout& layout)
{
    const auto chunk = chunkAt(file, offset, layout);
    return chunk && chunk->bytes >= 0 && chunk->bytes <= file.bytes() - chunk->content
        && std::ranges::all_of(chunk->id, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Bytes behind the audio that are neither padding nor chunks.
std::int64_t unclaimedBytes(const FileReader& file, std::int64_t audioEnd,
                            const ChunkLayout& layout)
{
    const auto left = file.bytes() - audioEnd;
    if (left < static_cast<std::int64_t>(layout.idBytes + layout.sizeBytes) + layout.alignment)
        return 0;
    const auto aligned = (audioEnd + layout.alignment - 1) / layout.alignment * layout.alignment;
    // Some programs forget the padding.
    for (const auto at : {aligned, audioEnd})
        if (plausibleChunk(file, at, layout))
            return 0;
    return left;
}

std::optional<Extent> chunkedExtent(const FileReader& file, const ChunkLayout& layout)
{
    std::int64_t rf64Bytes = -1;
    std::int64_t offset = layout.firstChunk;
    for (int i = 0; i < kMostChunks && offset < file.bytes(); ++i) {
        auto chunk = chunkAt(file, offset, layout);
        if (!chunk)
            return {};
        if (layout.magic == "RF64" && chunk->id == "ds64") {
            const auto sizes = bytesAt(file, chunk->content, 16);
            if (sizes.size() == 16 && (sizes[15] & 0xC0) == 0)
                rf64Bytes = static_cast<std::int64_t>(
                    unsignedNumber(std::string_view(sizes).substr(8), 8, endian::little));
        }
        if (chunk->id == layout.audioId) {
            const auto bytes = chunk->bytes >= 0 ? chunk->bytes : rf64Bytes;
            if (bytes < layout.audioPrefix)
                return {};
            const auto begin = chunk->content + layout.audioPrefix;
            const auto length = bytes - layout.audioPrefix;
            const auto end =
                begin + std::min(length, std::max<std::int64_t>(file.bytes() - begin, 0));
            return Extent{begin, length, unclaimedBytes(file, end, layout)};
        }
        if (chunk->bytes < 0 || chunk->bytes > file.bytes() - chunk->content)
            return {};
        const auto end = chunk->content + chunk->bytes;
        offset = (end + layout.alignment - 1) / layout.alignment * layout.alignment;
    }
    return {};
}

std::optional<Extent> flatExtent(std::int64_t offset, std::int64_t bytes, std::int64_t fileBytes)
{
    if (offset < 0 || bytes < 0 || offset > fileBytes)
        return {};
    return Extent{offset, bytes, std::max<std::int64_t>(fileBytes - offset - bytes, 0)};
}

std::optional<Extent> auExtent(std::string_view head, endian order, std::int64_t fileBytes)
{
    if (head.size() < 12)
        return {};
    const auto offset = unsignedNumber(head.substr(4), 4, order);
    const auto bytes = unsignedNumber(head.substr(8), 4, order);
    if (bytes == 0xFFFFFFFF)
        return {};
    return flatExtent(static_cast<std::int64_t>(offset), static_cast<std::int64_t>(bytes),
                      fileBytes);
}

std::int64_t wholeNumber(std::string_view text)
{
    std::int64_t value = -1;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<Extent> nistExtent(std::string_view head, std::int64_t fileBytes)
{
    constexpr std::int64_t kMost = std::int64_t(1) << 40;
    const auto headerBytes = wholeNumber(head.substr(std::min<std::size_t>(8, head.size())));
    const auto count = wholeNumber(nistField(head, "sample_count"));
    const auto width = wholeNumber(nistField(head, "sample_n_bytes"));
    const auto channels = wholeNumber(nistField(head, "channel_count"));
    if (count < 0 || count > kMost || width < 1 || width > 8 || channels < 1 || channels > 4096)
        return {};
    return flatExtent(headerBytes, count * width * channels, fileBytes);
}

/// Whether the first MP3 frame holds the table that tells the number of frames.
bool mp3DeclaresLength(const FileReader& file)
{
    constexpr std::size_t kSearched = 1 << 16;
    constexpr std::size_t kFurthest =
        200; // the table follows the frame header and side information
    std::int64_t offset = 0;
    const auto tag = bytesAt(file, 0, 10);
    if (tag.size() == 10 && tag.starts_with("ID3")) {
        std::int64_t size = 0;
        for (int i = 6; i < 10; ++i)
            size = size << 7 | (tag[static_cast<std::size_t>(i)] & 0x7F);
        offset = 10 + size;
    }
    const auto bytes = bytesAt(file, offset, kSearched);
    for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
        const auto first = static_cast<unsigned char>(bytes[i]);
        const auto second = static_cast<unsigned char>(bytes[i + 1]);
        if (first != 0xFF || (second & 0xE0) != 0xE0)
            continue;
        const auto frame = std::string_view(bytes).substr(i, kFurthest);
        return std::ranges::any_of(std::initializer_list<std::string_view>{"Xing", "Info", "VBRI"},
                                   [&](auto name) { return frame.find(name) != frame.npos; });
    }
    return false;
}

bool oggEndMarkMissing(const FileReader& file)
{
    constexpr std::int64_t kLargestPage = 65307;
    constexpr std::size_t kFlags = 5;
    constexpr unsigned kLastPage = 4;
    const auto tail = bytesAt(file, std::max<std::int64_t>(file.bytes() - kLargestPage, 0),
                              static_cast<std::size_t>(kLargestPage));
    const auto page = tail.rfind("OggS");
    return page == tail.npos || page + kFlags >= tail.size()
        || (static_cast<unsigned char>(tail[page + kFlags]) & kLastPage) == 0;
}

} // namespace

ContainerFacts inspectContainer(const FileReader& file)
{
    ContainerFacts facts;
    const auto head = bytesAt(file, 0, 4096);
    for (const auto& layout : kChunkLayouts)
        if (head.starts_with(layout.magic))
            facts.audio = chunkedExtent(file, layout);
    if (head.starts_with(".snd"))
        facts.audio = auExtent(head, endian::big, file.bytes());
    else if (head.starts_with("dns."))
        facts.audio = auExtent(head, endian::little, file.bytes());
    else if (head.starts_with("NIST_1A"))
        facts.audio = nistExtent(head, file.bytes());
    else if (head.starts_with("OggS"))
        facts.endMarkMissing = oggEndMarkMissing(file);
    facts.lengthIsGuess = !mp3DeclaresLength(file);
    return facts;
}

} // namespace phono
