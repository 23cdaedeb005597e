#include "core/model/row_store.h"

#include <cassert>
#include <cstring>
#include <new>

namespace phono {

Result<RowStore> RowStore::create(Place place, std::int64_t rows, int channels)
{
    RowStore store(rows, channels);
    if (place == Place::File) {
        auto file = TemporaryFile::create("intermediate features",
                                          static_cast<std::int64_t>(store.bytes(rows)));
        if (!file)
            return file.error();
        store.m_file = std::move(*file);
        return store;
    }
    // Uninitialised on purpose: pages are touched when their rows are computed.
    store.m_memory.reset(new (
        std::nothrow) float[static_cast<std::size_t>(rows) * static_cast<std::size_t>(channels)]);
    if (!store.m_memory)
        return Error{"not enough memory for " + std::to_string(store.bytes(rows) >> 20)
                     + " MiB of intermediate features. Lower the memory limit: more then goes "
                       "through temporary files."};
    return store;
}

std::size_t RowStore::bytes(std::int64_t rows) const
{
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(m_channels) * sizeof(float);
}

Result<const float*> RowStore::read(std::int64_t first, std::int64_t count, float* scratch) const
{
    assert(first >= 0 && first + count <= m_rows);
    if (m_memory)
        return m_memory.get() + first * m_channels;
    auto done = m_file->read(static_cast<std::int64_t>(bytes(first)), scratch, bytes(count));
    if (!done)
        return done.error();
    return scratch;
}

Result<void> RowStore::write(std::int64_t first, std::int64_t count, const float* rows)
{
    assert(first >= 0 && first + count <= m_rows);
    if (m_file)
        return m_file->write(static_cast<std::int64_t>(bytes(first)), rows, bytes(count));
    std::memcpy(m_memory.get() + first * m_channels, rows, bytes(count));
    return {};
}

} // namespace phono
