#include "core/train/cpu_meter.h"

#include <algorithm>
#include <ctime>
#include <unistd.h>
#include <utility>

namespace phono {
namespace {

/// Of all threads, ended ones included, in seconds.
double processorTime()
{
    timespec time = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

} // namespace

CpuMeter::CpuMeter()
    : m_time(Clock::now())
    , m_used(processorTime())
{
}

double CpuMeter::take()
{
    const auto now = Clock::now();
    const double used = processorTime();
    const std::chrono::duration<double> took = now - std::exchange(m_time, now);
    const double busy = used - std::exchange(m_used, used);
    const double possible =
        took.count() * static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    return possible > 0 ? std::clamp(busy / possible, 0.0, 1.0) : 0;
}

} // namespace phono
