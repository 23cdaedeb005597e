#pragma once

#include "core/base/result.h"
#include "core/checkpoint/input_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace phono {

/// A file in a zip archive, as the central directory tells of it.
struct ZipRecord {
    std::string name;
    std::int64_t header = 0; ///< offset of the local header
    std::int64_t bytes = 0;
    std::uint32_t crc32 = 0;
    bool stored = true; ///< uncompressed and unencrypted
};

/// The records of a zip archive (zip64 included) without their contents. Nothing is extracted, and
/// records whose names point outside the archive are left out. SPEC 8.2.
class ZipReader {
public:
    static Result<ZipReader> open(const InputFile& file);
    ZipReader(ZipReader&&) = default;
    ZipReader& operator=(ZipReader&&) = default;
    ZipReader(const ZipReader&) = delete;
    ZipReader& operator=(const ZipReader&) = delete;
    ~ZipReader() = default;

    const std::vector<ZipRecord>& records() const { return m_records; }
    const ZipRecord* find(std::string_view name) const;
    /// Where the record's bytes begin in `file`. Fails if it is compressed, if its local header
    /// contradicts the central directory, or if it does not lie in the file.
    Result<std::int64_t> locate(const InputFile& file, const ZipRecord& record) const;

private:
    ZipReader() = default;
    Result<void> readDirectory(const InputFile& file, std::int64_t begin, std::int64_t end,
                               std::uint64_t count);

    std::vector<ZipRecord> m_records;
    std::unordered_map<std::string_view, std::size_t> m_byName; ///< views of the records' names
    std::int64_t m_directory = 0; ///< offset of the central directory; records end before it
};

} // namespace phono
