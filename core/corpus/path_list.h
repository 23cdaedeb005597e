#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace phono {

/// Millions of paths in little memory: each stores only what differs from the one before it, which
/// in a sorted list is the file's name and three bytes.
class PathList {
public:
    void append(std::string_view path);

    std::size_t size() const { return m_size; }
    /// `index` must lie below size().
    std::string at(std::size_t index) const;
    /// What the list takes.
    std::size_t bytes() const;

private:
    struct Place {
        std::uint32_t chunk;
        std::uint32_t offset;
    };

    std::vector<std::string> m_chunks; ///< of about 1 MiB, so that growing copies nothing
    std::vector<Place> m_blocks; ///< where every kBlock-th path stands, whole
    std::string m_last;
    std::size_t m_size = 0;
};

} // namespace phono
