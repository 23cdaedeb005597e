#pragma once

#include "core/model/aligned_buffer.h"
#include "core/model/bfloat16.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace phono {

/// Channels are rounded up to it in rows; those beyond the real ones are 0.
inline constexpr int kChannelUnit = 32;

inline std::size_t rowWidth(int channels)
{
    return (static_cast<std::size_t>(channels) + kChannelUnit - 1) / kChannelUnit * kChannelUnit;
}

struct RowShape {
    std::int64_t items = 0;
    std::int64_t lead = 0;
    std::int64_t rows = 0;
    std::int64_t slack = 0;
    std::size_t width = 0;
};

/// Rows of channels over time, of several recordings: [items][lead + rows + slack][channels].
///
/// Rows lie a little more than their width apart, so that they do not all fall into the same cache
/// sets. The lead holds what is padded before the first row; the slack may be read and written by
/// kernels that compute more rows than asked for.
template <typename Number>
class RowBuffer {
public:
    /// The values are lost when the shape changes.
    void reshape(const RowShape& shape)
    {
        m_shape = shape;
        m_pitch = shape.width + kPad;
        m_itemSize = static_cast<std::size_t>(shape.lead + shape.rows + shape.slack) * m_pitch;
        m_data.ensure(static_cast<std::size_t>(shape.items) * m_itemSize);
    }

    const RowShape& shape() const { return m_shape; }
    std::size_t pitch() const { return m_pitch; }
    /// `index` is in [-lead, rows + slack).
    Number* row(std::int64_t item, std::int64_t index) { return m_data.data() + at(item, index); }
    const Number* row(std::int64_t item, std::int64_t index) const
    {
        return m_data.data() + at(item, index);
    }
    void clear(std::int64_t item, std::int64_t first, std::int64_t count)
    {
        if (count > 0)
            std::memset(row(item, first), 0,
                        static_cast<std::size_t>(count) * m_pitch * sizeof(Number));
    }

private:
    static constexpr std::size_t kPad = 64 / sizeof(Number);

    std::size_t at(std::int64_t item, std::int64_t index) const
    {
        return static_cast<std::size_t>(item) * m_itemSize
            + static_cast<std::size_t>(index + m_shape.lead) * m_pitch;
    }

    RowShape m_shape;
    std::size_t m_pitch = 0;
    std::size_t m_itemSize = 0;
    AlignedBuffer<Number> m_data;
};

} // namespace phono
