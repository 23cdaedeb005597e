#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace phono {

/// Values in a row that can be continued. Copies share them, and continuing one copy never changes
/// what another shows.
///
/// So what there is so far can be handed to another thread by value and read there while this one
/// goes on. Of all copies that share values, only one at a time may append or reserve.
template <typename T>
class GrowingArray {
public:
    GrowingArray() = default;
    explicit GrowingArray(std::vector<T> values)
        : m_store(std::make_shared<std::vector<T>>(std::move(values)))
        , m_first(m_store->data())
        , m_size(m_store->size())
    {
    }

    std::size_t size() const { return m_size; }
    std::span<const T> values() const { return {m_first, m_size}; }

    /// Makes room for `size` values in all.
    void reserve(std::size_t size)
    {
        if (!ownsTheEnd() || size > m_store->capacity())
            moveTo(size);
    }
    void append(std::span<const T> more)
    {
        const std::size_t size = m_size + more.size();
        if (!ownsTheEnd() || size > m_store->capacity())
            moveTo(std::max(size, 2 * m_size));
        m_store->insert(m_store->end(), more.begin(), more.end());
        m_size = size;
    }

private:
    /// Nothing lies behind the values of this copy.
    bool ownsTheEnd() const { return m_store && m_store->size() == m_size; }
    /// To a store of its own: others may look at the old one.
    void moveTo(std::size_t capacity)
    {
        auto store = std::make_shared<std::vector<T>>();
        store->reserve(std::max(capacity, m_size));
        store->insert(store->end(), m_first, m_first + m_size);
        m_store = std::move(store);
        m_first = m_store->data();
    }

    std::shared_ptr<std::vector<T>> m_store; ///< within its capacity, values never move
    const T* m_first = nullptr; ///< kept apart, as the vector itself may be changing
    std::size_t m_size = 0;
};

} // namespace phono
