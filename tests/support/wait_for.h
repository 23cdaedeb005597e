#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace phono::test {

/// Waits for something another thread does; false when it does not within half a minute. Qt's own
/// QTRY_VERIFY counts its looks, not the time, when signals cut its waiting short.
inline bool waitFor(const std::function<bool()>& condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace phono::test
