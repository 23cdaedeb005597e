#pragma once

#include "core/base/result.h"
#include "core/base/temporary_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace phono {

/// Rows of floats between two layers, [rows, channels], in memory or in a temporary file.
///
/// read() and write() of different rows may run on several threads at once.
class RowStore {
public:
    enum class Place { Memory, File };
    static Result<RowStore> create(Place place, std::int64_t rows, int channels);

    std::int64_t rows() const { return m_rows; }
    int channels() const { return m_channels; }

    /// Rows [first, first + count): the stored ones, or a copy in `scratch` (count * channels).
    Result<const float*> read(std::int64_t first, std::int64_t count, float* scratch) const;
    Result<void> write(std::int64_t first, std::int64_t count, const float* rows);

private:
    RowStore(std::int64_t rows, int channels)
        : m_rows(rows)
        , m_channels(channels)
    {
    }
    std::size_t bytes(std::int64_t rows) const;

    std::int64_t m_rows;
    int m_channels;
    std::unique_ptr<float[]> m_memory;
    std::optional<TemporaryFile> m_file;
};

} // namespace phono
