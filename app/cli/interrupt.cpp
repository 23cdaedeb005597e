#include "app/cli/interrupt.h"

#include <pthread.h>

namespace phono::cli {
namespace {

/// Wakes the waiting thread when the object goes; means nothing else.
constexpr int kWake = SIGUSR1;

bool isIgnored(int signal)
{
    struct sigaction action = {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

Interrupt::Interrupt()
{
    sigemptyset(&m_signals);
    sigaddset(&m_signals, kWake);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        if (!isIgnored(signal))
            sigaddset(&m_signals, signal);
    }
    pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    // A reader that went away must not kill the program while it holds temporary files.
    std::signal(SIGPIPE, SIG_IGN);
    m_waiter = std::thread([this] {
        int signal = 0;
        while (!m_done) {
            if (sigwait(&m_signals, &signal) == 0 && signal != kWake)
                m_source.request_stop();
        }
    });
}

Interrupt::~Interrupt()
{
    m_done = true;
    pthread_kill(m_waiter.native_handle(), kWake);
    m_waiter.join();
}

} // namespace phono::cli
