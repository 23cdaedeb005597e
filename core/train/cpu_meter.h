#pragma once

#include <chrono>

namespace phono {

/// How busy this process keeps the machine's processors.
class CpuMeter {
public:
    CpuMeter();

    /// The share of all the machine's processor time that this process used since it was last
    /// asked, in [0, 1]. Begins anew.
    double take();

private:
    using Clock = std::chrono::steady_clock;

    Clock::time_point m_time;
    double m_used; ///< processor time up to then, in seconds
};

} // namespace phono
