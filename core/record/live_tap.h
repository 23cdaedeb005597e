#pragma once

#include "core/audio/sample_ring.h"

#include <atomic>
#include <cstdint>

namespace phono {

/// What comes in from a recorder, mixed to one channel, for somebody who looks at it live. The
/// recorder never waits for him: what he does not take in time he does not get.
class LiveTap {
public:
    /// `rate` in Hz.
    explicit LiveTap(int rate)
        : m_rate(rate)
        , m_ring(static_cast<std::size_t>(rate) * kSeconds)
    {
    }

    int rate() const { return m_rate; }

    /// Recorder's side.
    void put(std::span<const float> mono)
    {
        const auto taken = m_ring.write(mono);
        if (taken < mono.size())
            m_missed.fetch_add(static_cast<std::int64_t>(mono.size() - taken),
                               std::memory_order_relaxed);
    }
    /// Looker's side, one thread: fills as much as there is, and says how many.
    std::size_t take(std::span<float> mono) { return m_ring.read(mono); }
    /// Samples he did not get because he was too slow, ever.
    std::int64_t missed() const { return m_missed.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t kSeconds = 4;

    int m_rate;
    SampleRing m_ring;
    std::atomic<std::int64_t> m_missed = 0;
};

} // namespace phono
