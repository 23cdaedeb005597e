#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace phono::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request, so that work ends in order and no
/// temporary file stays behind.
///
/// REQUIRES: made in main() before any other thread starts, because threads inherit which signals
/// are blocked.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return m_source.get_token(); }

private:
    sigset_t m_signals = {};
    std::stop_source m_source;
    std::atomic<bool> m_done = false;
    std::thread m_waiter;
};

} // namespace phono::cli
