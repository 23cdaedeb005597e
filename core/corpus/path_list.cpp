#include "core/corpus/path_list.h"

#include <algorithm>
#include <cassert>

namespace phono {
namespace {

constexpr std::size_t kBlock = 16; // paths
constexpr std::size_t kChunk = std::size_t(1) << 20;
constexpr std::size_t kSlack = 4096; // for the block that fills a chunk up

/// Seven bits a byte, the lowest first.
void appendNumber(std::string& bytes, std::size_t number)
{
    for (; number >= 0x80; number >>= 7)
        bytes += static_cast<char>(number | 0x80);
    bytes += static_cast<char>(number);
}

std::size_t takeNumber(const char*& from)
{
    std::size_t number = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(*from++);
        number |= std::size_t(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
}

} // namespace

void PathList::append(std::string_view path)
{
    std::size_t shared = 0;
    if (m_size % kBlock == 0) {
        if (m_chunks.empty() || m_chunks.back().size() >= kChunk) {
            m_chunks.emplace_back();
            m_chunks.back().reserve(kChunk + kSlack);
        }
        m_blocks.push_back({static_cast<std::uint32_t>(m_chunks.size() - 1),
                            static_cast<std::uint32_t>(m_chunks.back().size())});
    } else {
        const auto differ = std::ranges::mismatch(path, m_last).in1;
        shared = static_cast<std::size_t>(differ - path.begin());
    }
    std::string& chunk = m_chunks.back();
    appendNumber(chunk, shared);
    appendNumber(chunk, path.size() - shared);
    chunk += path.substr(shared);
    m_last = path;
    ++m_size;
}

std::string PathList::at(std::size_t index) const
{
    assert(index < m_size);
    const auto [chunk, offset] = m_blocks[index / kBlock];
    const char* from = m_chunks[chunk].data() + offset;
    std::string path;
    for (std::size_t i = 0; i <= index % kBlock; ++i) {
        path.resize(takeNumber(from));
        const auto length = takeNumber(from);
        path.append(from, length);
        from += length;
    }
    return path;
}

std::size_t PathList::bytes() const
{
    auto total = m_blocks.capacity() * sizeof(Place);
    for (const std::string& chunk : m_chunks)
        total += chunk.capacity();
    return total;
}

} // namespace phono
