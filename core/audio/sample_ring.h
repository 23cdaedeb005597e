#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <span>
#include <vector>

namespace phono {

/// A queue of samples from one thread to one other that never locks or waits.
class SampleRing {
public:
    /// Room for at least `capacity` samples.
    explicit SampleRing(std::size_t capacity)
        : m_samples(std::bit_ceil(capacity))
    {
    }

    /// Writer's side: samples that wait to be read; they may have become fewer since.
    std::size_t size() const
    {
        return m_written.load(std::memory_order_relaxed) - m_read.load(std::memory_order_acquire);
    }
    /// Writer's side: samples that write() would take.
    std::size_t room() const { return m_samples.size() - size(); }
    /// Writer's side: takes as many samples as there is room for, and says how many.
    std::size_t write(std::span<const float> samples)
    {
        const auto begin = m_written.load(std::memory_order_relaxed);
        const auto used = begin - m_read.load(std::memory_order_acquire);
        const auto count = std::min(samples.size(), m_samples.size() - used);
        for (std::size_t i = 0; i < count; ++i)
            m_samples[(begin + i) & (m_samples.size() - 1)] = samples[i];
        m_written.store(begin + count, std::memory_order_release);
        return count;
    }

    /// Reader's side: samples that read() would give; they may have become more since.
    std::size_t available() const
    {
        return m_written.load(std::memory_order_acquire) - m_read.load(std::memory_order_relaxed);
    }
    /// Reader's side: fills as much of `samples` as there is, and says how many.
    std::size_t read(std::span<float> samples)
    {
        const auto begin = m_read.load(std::memory_order_relaxed);
        const auto filled = m_written.load(std::memory_order_acquire) - begin;
        const auto count = std::min(samples.size(), filled);
        for (std::size_t i = 0; i < count; ++i)
            samples[i] = m_samples[(begin + i) & (m_samples.size() - 1)];
        m_read.store(begin + count, std::memory_order_release);
        return count;
    }

private:
    std::vector<float> m_samples; ///< a power of two
    alignas(64) std::atomic<std::size_t> m_written = 0; ///< ever; wraps around
    alignas(64) std::atomic<std::size_t> m_read = 0;
};

} // namespace phono
