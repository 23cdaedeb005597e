#pragma once

#include "core/base/atomic_file.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace phono {

/// Writes a zip archive as PyTorch wants it: records stored without compression, their bytes at
/// multiples of 64, zip64 where sizes call for it. SPEC 8.2.
class ZipWriter {
public:
    /// `file` is new and outlives this.
    explicit ZipWriter(AtomicFile& file)
        : m_file(file)
    {
    }

    Result<void> add(const std::string& name, const void* data, std::size_t bytes);
    /// Writes the central directory. The caller then commits the file.
    Result<void> finish();

private:
    struct Record {
        std::string name;
        std::uint64_t header = 0;
        std::uint64_t bytes = 0;
        std::uint32_t crc32 = 0;
    };

    AtomicFile& m_file;
    std::vector<Record> m_records;
};

} // namespace phono
