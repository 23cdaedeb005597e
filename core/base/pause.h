#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace phono {

/// Sleeps, but not longer than until a stop is requested.
template <typename Representation, typename Period>
void pauseFor(const std::stop_token& stop, std::chrono::duration<Representation, Period> time)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
}

} // namespace phono
