#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace phono {

/// Uninitialised room for numbers, aligned to a cache line. Grows, never shrinks, keeps nothing
/// when it grows.
template <typename T>
class AlignedBuffer {
    static_assert(std::is_trivial_v<T>);

public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size) { ensure(size); }

    void ensure(std::size_t size)
    {
        if (size <= m_size)
            return;
        constexpr std::size_t kAlignment = 64;
        const auto bytes = (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
        m_data.reset(static_cast<T*>(std::aligned_alloc(kAlignment, bytes)));
        if (!m_data)
            throw std::bad_alloc();
        m_size = size;
    }

    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    std::size_t size() const { return m_size; }

private:
    struct Free {
        void operator()(T* pointer) const { std::free(pointer); }
    };
    std::unique_ptr<T, Free> m_data;
    std::size_t m_size = 0;
};

} // namespace phono
