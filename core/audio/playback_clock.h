#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace phono {

/// Tells how much of what went to a sound device is heard by now.
///
/// The audio callback sets it, any thread may ask; neither ever waits.
class PlaybackClock {
public:
    /// Samples per second; to be set before the first advance().
    void setRate(double rate) { m_rate = rate; }

    /// The device took `frames` more, the first of which is heard `delay` from now.
    void advance(std::int64_t frames, std::chrono::duration<double> delay)
    {
        const auto before = m_frames.load(std::memory_order_relaxed);
        m_origin.store(now() + delay.count() - static_cast<double>(before) / m_rate,
                       std::memory_order_relaxed);
        m_frames.store(before + frames, std::memory_order_release);
    }

    /// In seconds of the audio; never more than the device took.
    double heard() const { return std::clamp(elapsed(), 0.0, taken()); }
    bool allHeard() const { return elapsed() >= taken(); }

private:
    static double now()
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
    double taken() const
    {
        return static_cast<double>(m_frames.load(std::memory_order_acquire)) / m_rate;
    }
    double elapsed() const { return now() - m_origin.load(std::memory_order_relaxed); }

    std::atomic<double> m_rate = 1;
    std::atomic<std::int64_t> m_frames = 0;
    std::atomic<double> m_origin = 0; ///< when the first frame was heard
};

} // namespace phono
