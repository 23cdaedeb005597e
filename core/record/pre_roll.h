#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace phono {

/// The last so many samples of a stream.
class PreRoll {
public:
    explicit PreRoll(std::size_t capacity)
        : m_samples(capacity)
    {
    }

    void add(std::span<const float> samples)
    {
        if (samples.size() > m_samples.size())
            samples = samples.last(m_samples.size());
        for (const float sample : samples) {
            m_samples[m_next] = sample;
            m_next = m_next + 1 == m_samples.size() ? 0 : m_next + 1;
        }
        m_size = std::min(m_size + samples.size(), m_samples.size());
    }
    std::size_t size() const { return m_size; }
    /// The oldest first.
    std::vector<float> samples() const
    {
        std::vector<float> all(m_size);
        const auto first = m_next + m_samples.size() - m_size;
        for (std::size_t i = 0; i < m_size; ++i)
            all[i] = m_samples[(first + i) % m_samples.size()];
        return all;
    }

private:
    std::vector<float> m_samples;
    std::size_t m_next = 0;
    std::size_t m_size = 0;
};

} // namespace phono
